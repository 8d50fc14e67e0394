import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { messageOf } from '../lib/caught.js';

/**
 * What a survey has done so far, as files that are written whole or not at all: a survey that is interrupted goes on
 * where it was. Names of files are hashes, so that nothing of a repository's name becomes a path.
 */
export class SurveyState {
  readonly #directory: string;
  /** Why something could not be kept, in a clause; a later survey would do it again. */
  problem: string | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** What was kept under a name, where it is as the schema says and its `key` is this one. */
  async read<T extends { readonly key: string }>(
    kind: 'readings' | 'images',
    name: string,
    schema: z.ZodType<T>,
    key: string,
  ): Promise<T | null> {
    const found = await this.#parsed(this.#pathOf(kind, name), schema);
    return found?.key === key ? found : null;
  }

  async write(kind: 'readings' | 'images', name: string, value: { readonly key: string }): Promise<void> {
    await this.#write(this.#pathOf(kind, name), value);
  }

  /** The one that was begun in this directory, where there is one. */
  async readRun<T>(schema: z.ZodType<T>): Promise<T | null> {
    return await this.#parsed(join(this.#directory, 'run.json'), schema);
  }

  async writeRun(value: object): Promise<void> {
    await this.#write(join(this.#directory, 'run.json'), value);
  }

  async #parsed<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
    try {
      const data: unknown = JSON.parse(await readFile(path, 'utf8'));
      const read = schema.safeParse(data);
      return read.success ? read.data : null;
    } catch {
      // What is not there, or not whole, is done again.
      return null;
    }
  }

  async #write(path: string, value: object): Promise<void> {
    const beside = `${path}.${randomUUID()}.part`;
    try {
      await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
      await writeFile(beside, JSON.stringify(value), { flag: 'wx', mode: 0o600 });
      await rename(beside, path);
    } catch (error) {
      this.problem ??= messageOf(error);
      await rm(beside, { force: true }).catch(() => undefined);
    }
  }

  #pathOf(kind: string, name: string): string {
    return join(this.#directory, kind, `${digestOfJson(name).slice(0, 40)}.json`);
  }
}

/** The SHA-256 of a value as JSON, in hexadecimal digits: the same for the same. */
export function digestOfJson(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
