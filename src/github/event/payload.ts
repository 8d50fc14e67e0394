import { z } from 'zod';

const objectWithFields = z.record(z.string(), z.unknown()).refine((payload) => Object.keys(payload).length > 0);

/**
 * The event's payload, as @actions/github reads it from the runner's file when it is loaded; null when the runner left
 * none, or one that is no JSON object. Whether that matters depends on the event (src/github/event/event.ts).
 */
export async function readPayload(): Promise<unknown> {
  try {
    const { context } = await import('@actions/github');
    const parsed = objectWithFields.safeParse(context.payload);
    return parsed.success ? parsed.data : null;
  } catch {
    // It parses the file without looking: what is no JSON is no payload.
    return null;
  }
}
