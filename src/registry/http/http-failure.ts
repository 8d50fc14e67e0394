import { codeOf, messageOf } from '../../lib/caught.js';
import type { RegistryError } from '../image-source.js';
import { amountOf, type LimitName, raiseLimit, raiseTimes } from '../limits.js';
import { REFUSED_ADDRESS } from './connector.js';

type Code = RegistryError['code'];

/** What became of a request, for the errors that are about it. */
export interface RequestName {
  readonly registry: string;
  readonly method: string;
  readonly url: URL;
}

/** `GET https://host/path`: without credentials and query, which may hold tokens and signatures. */
export function requestText({ method, url }: Pick<RequestName, 'method' | 'url'>): string {
  return `${method} ${url.protocol}//${url.host}${url.pathname}`;
}

const TIMEOUT_CODES = /^(?:UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT|ETIMEDOUT)$/;
const TLS_CODES =
  /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO$|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|CRL_)/;
const MALFORMED_CODES = /^(?:HPE_|UND_ERR_HEADERS_OVERFLOW|UND_ERR_INVALID_ARG|ERR_INVALID_URL)/;

/** A certificate's names, for instance, are an untrusted text and of any length. */
const MAX_REASON = 300;

/** What the commonest codes mean, for those who do not know them; the code stays next to it. */
const PLAIN: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host name does not resolve',
  EAI_AGAIN: 'the name server did not respond',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed by the other side',
  UND_ERR_SOCKET: 'the connection was closed by the other side',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the host',
};

/** The error of a request that got no answer, or whose answer broke off. */
export function connectionError(name: RequestName, error: unknown): RegistryError {
  const reason = codeOf(error) ?? '';
  const code: Code =
    reason === REFUSED_ADDRESS
      ? 'refused-address'
      : TIMEOUT_CODES.test(reason)
        ? 'timeout'
        : TLS_CODES.test(reason)
          ? 'tls'
          : MALFORMED_CODES.test(reason)
            ? 'malformed'
            : 'network';
  const plain = code === 'tls' && NOT_TLS.test(`${reason} ${messageOf(error)}`);
  return {
    code,
    registry: name.registry,
    request: requestText(name),
    message: `${requestText(name)} failed: ${plain ? 'the response is not TLS' : (PLAIN[reason] ?? messageOf(error).slice(0, MAX_REASON))}${reason === '' ? '' : ` (${reason})`}.`,
    fix: fixFor(code, name, plain),
  };
}

/** What OpenSSL says of an answer that is not TLS: mostly plain HTTP. */
const NOT_TLS = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|wrong version number/i;

/** What a policy says of a registry on a private network, in one go: that it may be contacted, and how. */
export function listing(host: string): string {
  return `list it in the policy: \`registries: { "${host}": { private-network: true } }\`; add \`insecure: true\` if it serves plain HTTP`;
}

function fixFor(code: Code, { registry, url }: RequestName, plain = false): string {
  switch (code) {
    case 'refused-address':
      return `If ${url.host} is meant to be on a private network, ${listing(url.host)}.`;
    case 'timeout':
      return raiseTimes('answer-ms', 'document-ms');
    case 'tls':
      if (plain)
        return `If ${url.host} serves plain HTTP, list it in the policy: \`registries: { "${url.host}": { insecure: true } }\`; otherwise, serve it over TLS.`;
      return `Check the certificate of ${url.host}; set NODE_EXTRA_CA_CERTS or SSL_CERT_FILE for a private certificate authority.`;
    case 'unauthorized':
      return `Log in to ${registry} (${LOGINS}), or check that the image exists and its name is correct.`;
    case 'forbidden':
      return `Grant the account that is logged in to ${registry} permission to pull this repository, or log in with another account (${LOGINS}).`;
    case 'not-found':
      return `Check the name, the tag and the digest; a tag may have been removed. Some registries return this for private images: if so, log in to ${registry} (${LOGINS}).`;
    case 'rate-limited':
      return `Log in to ${registry} (${LOGINS}), use a mirror, or run the gate again later.`;
    case 'server-error':
      return `Check the status page of ${registry}, and run the gate again later.`;
    case 'network':
      return `Check that this machine can reach ${url.host} (see HTTPS_PROXY and NO_PROXY), and run the gate again.`;
    default:
      return `Check that ${url.host} is a registry and that no proxy answers for it.`;
  }
}

/** The ways to give credentials: on the command line, and in a workflow. */
const LOGINS = '`docker login`; in a workflow docker/login-action, or the input `registry-credentials`';

/** The error of an answer whose status is no success. `detail` is what the registry's body says, already made safe. */
export function statusError(
  name: RequestName,
  response: {
    readonly status: number;
    readonly retryAfterMs?: number | undefined;
    readonly detail?: string | undefined;
  },
): RegistryError {
  const { status, retryAfterMs, detail } = response;
  const code = statusCode(status);
  const wait = retryAfterMs === undefined ? '' : `and asked to wait ${Math.ceil(retryAfterMs / 1000)} s`;
  return {
    code,
    registry: name.registry,
    request: requestText(name),
    status,
    message: `${requestText(name)} returned ${status}${detail === undefined ? '' : ` (${detail})`}${wait}.`,
    fix: fixFor(code, name),
    ...(retryAfterMs === undefined ? {} : { retryAfterSeconds: Math.ceil(retryAfterMs / 1000) }),
  };
}

function statusCode(status: number): Code {
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
      return 'not-found';
    case 407:
      return 'network';
    case 408:
      return 'timeout';
    case 429:
      return 'rate-limited';
    default:
      return status >= 500 ? 'server-error' : 'malformed';
  }
}

/** The error of an answer that passes a limit, which is `set` in this run; `what` is a sentence without its stop. */
export function limitError(name: RequestName, limit: LimitName, set: number, what: string): RegistryError {
  return {
    code: 'limit',
    registry: name.registry,
    request: requestText(name),
    message: `${what} (limit ${limit}).`,
    fix: raiseLimit(limit, set),
    limit,
  };
}

/** The error of a request that was aborted, or not made, because the run's time is over. */
export function outOfTime(name: RequestName, runMs: number, wasSent: boolean): RegistryError {
  return {
    code: 'timeout',
    registry: name.registry,
    request: requestText(name),
    message: `${requestText(name)} was ${wasSent ? 'aborted' : 'not made'}: the run had used up its ${amountOf('run-ms', runMs)} for registries (limit run-ms).`,
    fix: raiseTimes('run-ms'),
    limit: 'run-ms',
  };
}
