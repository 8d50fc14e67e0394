import type { Evidence } from '../evidence/evidence.js';
import { optionalField } from '../lib/collections.js';
import type { RegistryError } from './image-source.js';
import { raiseLimit } from './limits.js';
import type { DocumentFault } from './manifest/document-fault.js';

/**
 * Thrown by the iterable of `ImageSource.blobStream`, and nowhere else: bytes ended early, ran over a limit or did not
 * hash to the digest. Nothing read before it may be believed.
 */
export class BlobStreamError extends Error {
  override readonly name = 'BlobStreamError';
  readonly error: RegistryError;

  constructor(error: RegistryError) {
    super(error.message);
    this.error = error;
  }
}

/** The error of a document that arrived whole and is not what it should be. */
export function documentError(
  fault: DocumentFault,
  at: { readonly registry: string; readonly request: string; readonly what: string },
): RegistryError {
  const base = {
    registry: at.registry,
    request: at.request,
    message: `${at.what} can't be used because ${fault.reason}.`,
  };
  switch (fault.code) {
    case 'limit':
      return {
        ...base,
        code: 'limit',
        fix: raiseLimit(fault.name, fault.set),
        limit: fault.name,
      };
    case 'unsupported':
      return {
        ...base,
        code: 'malformed',
        fix: 'Push the image again in OCI or Docker v2 schema 2 format, or use another image.',
        unsupported: fault.name,
      };
    case 'malformed':
      return {
        ...base,
        code: 'malformed',
        fix: `Check that ${at.registry} answers itself and not through a proxy, or ask the image's publisher to push the image again.`,
      };
  }
}

/** What a failed look-up is to a rule: `unavailable` with its cause, or `unsupported` where trying again can't help. */
export function registryErrorEvidence(error: RegistryError): Evidence<never> {
  const place = {
    place: error.request,
    answer: error.status === undefined ? error.code : `${error.code} (${error.status})`,
  };
  if (error.unsupported !== undefined)
    return { status: 'unsupported', form: error.unsupported, message: error.message, lookedIn: [place] };
  return {
    status: 'unavailable',
    cause: error.code,
    ...optionalField('limit', error.limit),
    ...optionalField('platforms', error.platforms),
    message: error.message,
    fix: error.fix,
    lookedIn: [place],
  };
}
