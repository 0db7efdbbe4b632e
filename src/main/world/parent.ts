/** What a supervisor passes to the programs it starts. */
export const withParentFlag = '--with-parent';
const orderlyMs = 10_000;

/**
 * In a program that was started with `--with-parent`: ends it when the process that started it is gone, however that
 * went, first by SIGTERM to itself so that it closes in order. Without the flag nothing happens.
 */
export function exitWithParent(args: readonly string[] = process.argv): void {
  if (!args.includes(withParentFlag)) return;
  let leaving = false;
  const leave = () => {
    if (leaving) return;
    leaving = true;
    setTimeout(() => process.exit(1), orderlyMs).unref();
    process.kill(process.pid, 'SIGTERM');
  };
  // The parent holds the other end of our input and never writes: it ends only when the parent is gone.
  for (const event of ['end', 'close', 'error']) process.stdin.once(event, leave);
  process.stdin.resume();
  // Only a pipe can be unreferenced; by hand the flag may be given with any other input.
  if ('unref' in process.stdin) process.stdin.unref();
}
