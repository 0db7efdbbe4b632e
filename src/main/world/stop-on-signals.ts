const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * On Ctrl-C and its like: stops everything, then ends this process by the same signal, as its parent expects.
 * Asked a second time it ends at once.
 */
export function stopOnSignals(
  world: { stop(): Promise<void>; ended: Promise<unknown> },
  log: (line: string) => void,
): void {
  let asked = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (asked) process.exit(1);
    asked = true;
    log('stopping …');
    void stopAndEnd(signal);
  };
  const stopAndEnd = async (signal: NodeJS.Signals) => {
    await world.stop();
    detach();
    process.kill(process.pid, signal);
  };
  const detach = () => signals.forEach((signal) => process.off(signal, onSignal));
  for (const signal of signals) process.on(signal, onSignal);
  void world.ended.then(() => asked || detach());
}
