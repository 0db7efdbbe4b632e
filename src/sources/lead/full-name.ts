/** A name in one field as our two columns. Where a given name ends nobody can know: it is the first word, and no word is lost. */
export function namesOf(fullName: string | undefined): { first_name?: string; last_name?: string } {
  const [first = '', ...others] = (fullName ?? '').trim().split(/\s+/);
  return {
    ...(first !== '' && { first_name: first }),
    ...(others.length > 0 && { last_name: others.join(' ') }),
  };
}
