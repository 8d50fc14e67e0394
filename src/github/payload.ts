import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const objectWithFields = z.record(z.string(), z.unknown()).refine((payload) => Object.keys(payload).length > 0);

/**
 * The event's payload from the file that the runner left; null when it left none, or one that is no JSON object. Whether
 * that matters depends on the event (src/github/event.ts).
 *
 * @param eventPath the runner's GITHUB_EVENT_PATH
 * @see https://docs.github.com/en/webhooks/webhook-events-and-payloads
 */
export async function readPayload(eventPath: string | null): Promise<unknown> {
  if (eventPath === null) return null;
  try {
    const parsed = objectWithFields.safeParse(JSON.parse(await readFile(eventPath, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    // A file that is not there, or no JSON, is no payload.
    return null;
  }
}
