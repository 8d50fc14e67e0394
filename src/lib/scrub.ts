/** Replaces a secret, as in a runner's log. */
const SCRUBBED = '***';
/** Shorter secrets would match unrelated text by chance. */
const LEAST_LENGTH = 4;

/** The secrets that a run came to know: a server that was sent one can echo it in an error, a media type or a redirect. */
export class Secrets {
  readonly #texts = new Set<string>();

  /** Remembers a secret, also in its URL-encoded form. */
  add(secret: string): void {
    if (secret.length < LEAST_LENGTH) return;
    for (const text of [secret, encodeURIComponent(secret)]) this.#texts.add(text);
  }

  /** A text without the secrets. */
  clean(text: string): string {
    let clean = text;
    for (const secret of this.#longestFirst()) clean = clean.replaceAll(secret, SCRUBBED);
    return clean;
  }

  /** Takes the secrets out of every text in plain data (objects, arrays, maps), in place, so that all references to it see the clean text. */
  scrub(data: unknown): void {
    if (this.#texts.size === 0) return;
    const seen = new Set<object>();
    const waiting: unknown[] = [data];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (typeof next !== 'object' || next === null || ArrayBuffer.isView(next) || seen.has(next)) continue;
      seen.add(next);
      const replace = next instanceof Map ? replaceInMap(next) : replaceInObject(next);
      for (const [key, value] of next instanceof Map ? [...next] : Object.entries(next)) {
        if (typeof value !== 'string') waiting.push(value);
        const cleanKey = typeof key === 'string' ? this.clean(key) : key;
        const cleanValue = typeof value === 'string' ? this.clean(value) : value;
        if (cleanKey !== key || cleanValue !== value) replace(key, cleanKey, cleanValue);
      }
    }
  }

  /** A secret may be a part of another. */
  #longestFirst(): readonly string[] {
    return [...this.#texts].sort((a, b) => b.length - a.length);
  }
}

type Replace = (key: unknown, cleanKey: unknown, value: unknown) => void;

function replaceInMap(map: Map<unknown, unknown>): Replace {
  return (key, cleanKey, value) => {
    if (cleanKey !== key) map.delete(key);
    map.set(cleanKey, value);
  };
}

/** Throws where the data is frozen: what can't be scrubbed must not be written. */
function replaceInObject(object: object): Replace {
  return (key, cleanKey, value) => {
    if (cleanKey !== key) Reflect.deleteProperty(object, String(key));
    if (!Reflect.set(object, String(cleanKey), value)) throw new TypeError('a secret stands in data that is frozen');
  };
}
