/**
 * Starts to count what this process uses of the processor, in milliseconds: a test that bounds it fails where the work
 * grows out of proportion, and not because the machine has other work.
 */
export function processorTime(): () => number {
  const start = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
}
