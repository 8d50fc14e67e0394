import type { Result } from '../../lib/result.js';
import type { RegistryError, Repository } from '../image-source.js';
import type { LimitName } from '../limits.js';
import type { RequestName } from './http-failure.js';
import type { WholeResponse } from './response.js';

/** A request to the API of a registry: the part of the path after the repository, and its headers. */
export interface ApiRequest {
  readonly repository: Repository;
  readonly path: string;
  readonly accept?: string;
  /** A page's address, in place of the path. */
  readonly url?: URL;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A registry's API, for what is read of it page by page. */
export interface RegistryApi {
  /** A response of any status, its body read. */
  request(method: 'GET' | 'HEAD', request: ApiRequest, limit: LimitName): Promise<Result<WholeResponse, RegistryError>>;
  /** The response to a successful request, its body read; any other status is an error. */
  fetch(method: 'GET', request: ApiRequest, limit: LimitName): Promise<Result<WholeResponse, RegistryError>>;
  nameOf(method: string, request: ApiRequest): RequestName;
}
