import type { Result } from '../../lib/result.js';
import type { RegistryError, Repository } from '../image-source.js';
import type { LimitName } from '../limits.js';
import type { RequestName } from './http-failure.js';
import type { WholeAnswer } from './response.js';

/** The API part of a path, and what a request for it asks for. */
export interface Ask {
  readonly repository: Repository;
  readonly path: string;
  readonly accept?: string;
  /** A page's address, in place of the path. */
  readonly url?: URL;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A registry's API, for what is read of it page by page. */
export interface RegistryApi {
  /** An answer of any status, its body read. */
  answer(method: 'GET' | 'HEAD', ask: Ask, limit: LimitName): Promise<Result<WholeAnswer, RegistryError>>;
  /** The body of a successful answer; any other status is its error. */
  whole(method: 'GET', ask: Ask, limit: LimitName): Promise<Result<WholeAnswer, RegistryError>>;
  nameOf(method: string, ask: Ask): RequestName;
}
