const allowed =
  /^(?:MIT|MIT-0|ISC|0BSD|BSD-[23]-Clause|BSD|Apache-2\.0|Unlicense|BlueOak-1\.0\.0|CC0-1\.0|Python-2\.0)$/;

/** Whether an SPDX expression leaves us a way that `allowed` covers: one side of an OR, every side of an AND. */
export function licenceAllowed(expression: string): boolean {
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  let position = 0;

  const single = (): boolean => {
    const token = tokens[position++];
    if (token !== '(') return token !== undefined && allowed.test(token);
    const inner = either();
    return tokens[position++] === ')' && inner;
  };
  const all = (): boolean => {
    let result = single();
    for (; tokens[position] === 'AND';) {
      position += 1;
      result = single() && result;
    }
    return result;
  };
  const either = (): boolean => {
    let result = all();
    for (; tokens[position] === 'OR';) {
      position += 1;
      result = all() || result;
    }
    return result;
  };

  const result = either();
  return result && position === tokens.length;
}
