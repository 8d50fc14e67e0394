/** A clock that jumps over every wait, and remembers it. */
export function jumpingClock() {
  const waits: number[] = [];
  let now = 0;
  return {
    waits,
    now: () => now,
    random: () => 1,
    date: () => new Date(Date.UTC(2026, 0, 1) + now),
    async sleep(milliseconds: number) {
      waits.push(milliseconds);
      now += milliseconds;
    },
  };
}
