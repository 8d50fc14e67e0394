import { gzipSync } from 'node:zlib';
import { OCI_INDEX } from '../../../src/registry/manifest/media-types.js';
import type { MadeContent } from '../image/image-maker.js';
import type { Fault, UpstreamAnswer } from './fault-proxy.js';

const PAGE = '<html><h1>It works!</h1></html>';

function status(code: number, headers: Readonly<Record<string, string>> = {}, body = ''): Fault {
  return ({ response }) => {
    response.writeHead(code, { ...headers });
    response.end(body);
  };
}

/** The fault at first, and the registry itself from then on. */
function once(fault: Fault): Fault {
  return (passing) => (passing.earlier === 0 ? fault(passing) : passing.pass());
}

function changing(change: (answer: UpstreamAnswer) => UpstreamAnswer): Fault {
  return ({ pass }) => pass(change);
}

const reset: Fault = ({ request }) => request.socket.destroy();

/** Announces the whole and sends half. */
const truncated: Fault = ({ request, response, pass }) =>
  pass((answer) => {
    response.writeHead(answer.status, answer.headers);
    response.write(answer.body.subarray(0, answer.body.length / 2), () => request.socket.destroy());
    return undefined;
  });

const endless: Fault = ({ response }) => {
  response.writeHead(200, { 'content-type': OCI_INDEX });
  const more = () => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536, 32)));
  };
  response.on('drain', more);
  more();
};

const trickle: Fault = ({ response }) => {
  response.writeHead(200, { 'content-type': OCI_INDEX, 'content-length': 1_000_000 });
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(timer));
};

const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));

const compressedBomb: Fault = ({ response }) => {
  response.writeHead(200, { 'content-type': OCI_INDEX, 'content-encoding': 'gzip' });
  response.end(bomb);
};

const challenge: Fault = ({ request, response, origin }) => {
  if (request.url?.startsWith('/token')) return void response.end('{"token":"never-good-enough"}');
  response.writeHead(401, { 'www-authenticate': `Bearer realm="${origin}/token",service="x"` });
  response.end();
};

/** The answer of a Go server to a request for a token, its empty fields written as null. */
const nullToken: Fault = (passing) => {
  const { request, response, origin } = passing;
  if (request.url?.startsWith('/token'))
    return void response.end('{"token":null,"access_token":"x","expires_in":null,"issued_at":null}');
  if (request.headers.authorization !== undefined) return passing.pass();
  response.writeHead(401, { 'www-authenticate': `Bearer realm="${origin}/token"` }).end();
};

/** A domain in front of a registry that knows the repository by another name, and gives tokens for that. */
const otherScope: Fault = (passing) => {
  const { request, response, origin } = passing;
  const url = new URL(request.url ?? '/', origin);
  const name = 'repository:vendor/app:pull';
  if (url.pathname === '/token') {
    response.statusCode = url.searchParams.get('scope') === name ? 200 : 403;
    return void response.end('{"token":"good"}');
  }
  if (request.headers.authorization === 'Bearer good') return passing.pass();
  response.writeHead(401, { 'www-authenticate': `Bearer realm="${origin}/token",scope="${name},push"` }).end();
};

const nullList: Fault = ({ request, response, pass }) => {
  if (!request.url?.includes('/referrers/')) return pass();
  response.writeHead(200, { 'content-type': OCI_INDEX });
  response.end('{"schemaVersion":2,"manifests":null}');
};

/** An entry that no reader of ours knows, beside the right ones. */
const oddEntry: Fault = ({ request, pass }) =>
  pass((answer) => {
    const lists = answer.status === 200 && /\/(?:referrers\/|manifests\/sha256-)/.test(request.url ?? '');
    if (!lists) return answer;
    const { manifests, ...rest } = JSON.parse(answer.body.toString());
    const odd = { mediaType: 'application/vnd.example', digest: `blake3:${'0'.repeat(64)}`, size: 1 };
    const body = Buffer.from(JSON.stringify({ ...rest, manifests: [odd, ...manifests] }));
    return { ...answer, headers: { 'content-type': answer.headers['content-type'] ?? OCI_INDEX }, body };
  });

const noHead: Fault = ({ request, response, pass }) =>
  request.method === 'HEAD' ? void response.writeHead(403).end() : pass();

const flipped = ({ headers, status: code, body }: UpstreamAnswer): UpstreamAnswer => {
  const bytes = Buffer.from(body);
  bytes[bytes.length - 2] = (bytes.at(-2) ?? 0) ^ 1;
  return { headers, status: code, body: bytes };
};

/**
 * Every fault that the client is held to, by name. `upstream` is the registry's own address, and `deep` an index that
 * leads through more indexes than any image has.
 */
export function faultList(upstream: string, deep: MadeContent): ReadonlyMap<string, Fault> {
  const manifestOf = (url: string | undefined) => {
    const name = url?.split('/').at(-1) ?? '';
    return deep.manifests.get(name) ?? deep.manifests.get(deep.descriptor.digest);
  };
  const served =
    (bytes: Uint8Array | undefined): Fault =>
    ({ response }) => {
      response.writeHead(200, { 'content-type': OCI_INDEX });
      response.end(bytes);
    };
  return new Map<string, Fault>([
    ['none', ({ pass }) => pass()],
    ['100 ms of latency', ({ pass }) => void setTimeout(pass, 100)],
    ['401, again and again', challenge],
    ['401 without a challenge', status(401)],
    ['403', status(403)],
    ['404 of a web server', status(404, { 'content-type': 'text/html' }, PAGE)],
    [
      '404 of a registry',
      status(404, { 'content-type': 'application/json' }, '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}'),
    ],
    ['407 of a proxy', status(407)],
    ['429', status(429)],
    ['429, Retry-After: 86400', status(429, { 'retry-after': '86400' })],
    ['429, Retry-After: 0, once', once(status(429, { 'retry-after': '0' }))],
    ...[500, 501, 502, 503, 504].map((code): [string, Fault] => [`${code}`, status(code)]),
    ['503, once', once(status(503))],
    ['200 with a web page', status(200, { 'content-type': 'text/html' }, PAGE)],
    ['200 with nothing', status(200)],
    ['a reset connection', reset],
    ['a reset connection, once', once(reset)],
    ['a truncated body', truncated],
    ['a truncated body, once', once(truncated)],
    ['one wrong byte', changing(flipped)],
    [
      'a wrong Content-Type',
      changing((answer) => ({ ...answer, headers: { ...answer.headers, 'content-type': 'text/html' } })),
    ],
    [
      'a digest header of other content',
      changing((answer) => ({
        ...answer,
        headers: { ...answer.headers, 'docker-content-digest': `sha256:${'0'.repeat(64)}` },
      })),
    ],
    ['null for the list of referrers', nullList],
    ['an entry with another hash among the referrers', oddEntry],
    ['403 for HEAD alone', noHead],
    ['a token with null fields', nullToken],
    ['a token for the scope of the challenge alone', otherScope],
    [
      'a redirect in a circle',
      ({ request, response, origin }) => void response.writeHead(307, { location: `${origin}${request.url}` }).end(),
    ],
    [
      'a redirect to a listed host',
      ({ request, response }) => void response.writeHead(307, { location: `http://${upstream}${request.url}` }).end(),
    ],
    ['a redirect to the metadata service', status(302, { location: 'http://169.254.169.254/latest/meta-data/' })],
    ['a redirect to a file', status(302, { location: 'file:///etc/passwd' })],
    ['a body without end', endless],
    ['a slow trickle', trickle],
    ['no answer', () => undefined],
    ['an answer that is not HTTP', ({ request }) => void request.socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
    ['headers without end', ({ request }) => void request.socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`)],
    ['a compressed bomb', compressedBomb],
    [
      'indexes in indexes',
      ({ request, response, ...rest }) => served(manifestOf(request.url)?.bytes)({ request, response, ...rest }),
    ],
    ['an index that leads to itself', served(deep.manifests.get(deep.descriptor.digest)?.bytes)],
    ['JSON nested 100,000 deep', status(200, { 'content-type': OCI_INDEX }, '['.repeat(100_000))],
  ]);
}
