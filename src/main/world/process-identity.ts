import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Something that tells this process from a later one with the same number: when it began, and on Linux in which boot.
 * `null` when there is no such process. A process that ended and was not yet collected counts as gone.
 */
export function processIdentity(pid: number): string | null {
  return process.platform === 'linux' ? linuxIdentity(pid) : portableIdentity(pid);
}

/** Read from /proc: slim container images have no `ps`. */
function linuxIdentity(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const { state, startedAt } = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    // A killed process shows as a zombie while its threads still end, and until then it holds its ports.
    const hasEnded = state === 'Z' && readdirSync(`/proc/${pid}/task`).length === 1;
    return hasEnded || state === 'X' ? null : `${boot}:${startedAt}`;
  } catch {
    return null;
  }
}

/** The second field is the program's name in parentheses and may itself hold blanks and parentheses. */
export function parseStat(stat: string): { state: string; startedAt: string } {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
}

function portableIdentity(pid: number): string | null {
  const [state = '', ...started] = ask(pid, 'stat=,lstart=').split(/\s+/);
  return state === '' || state.startsWith('Z') ? null : started.join(' ');
}

/** The program and its arguments, separated by blanks; empty when there is no such process. */
export function processCommandLine(pid: number): string {
  if (process.platform !== 'linux') return ask(pid, 'args=');
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** `ps` fails when there is no such process. */
function ask(pid: number, columns: string): string {
  try {
    return execFileSync('ps', ['-ww', '-o', columns, '-p', String(pid)], {
      encoding: 'utf8',
      timeout: 5_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}
