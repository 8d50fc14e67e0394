import { createHash } from 'node:crypto';

/** What makes two findings of two runs the same one. Lines are no part of it: they move with every edit. */
export interface FingerprintParts {
  readonly file: string;
  readonly rule: string;
  readonly aspect?: string;
  /** The use's expanded reference; absent where the finding is about a file or the change. */
  readonly expanded?: string;
  /** Which of several findings that agree in all this, counted from 0 in source order. */
  readonly ordinal: number;
}

/** 32 hexadecimal digits that stay the same while file, rule, aspect and expanded reference do. */
export function fingerprintOf(parts: FingerprintParts): string {
  const key = JSON.stringify([parts.file, parts.rule, parts.aspect ?? null, parts.expanded ?? null, parts.ordinal]);
  return createHash('sha256').update(key).digest('hex').slice(0, 32);
}
