import { z } from 'zod';

/** For rules that have nothing to set but their level. */
export const noOptions = z.strictObject({});
export type NoOptions = z.infer<typeof noOptions>;
