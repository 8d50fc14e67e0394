// Imported before a program: writes the program's peak of memory, in megabytes, to the file that PEAK_FILE names.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  writeFileSync(process.env.PEAK_FILE ?? '/dev/null', String(process.resourceUsage().maxRSS / 1024));
});
