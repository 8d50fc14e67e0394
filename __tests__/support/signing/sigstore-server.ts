import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { fulcioHandler } from '@sigstore/mock';
import { z } from 'zod';
import type { TestSigstore } from './sigstore-trust.js';

/** A test sigstore over HTTP, for programs that sign keylessly. */
export interface SigstoreServer {
  readonly url: string;
  /** A token for an identity, which only this sigstore believes. */
  token(subject: string, issuer: string): string;
  close(): Promise<void>;
}

const dsseProposal = z.object({
  kind: z.literal('dsse'),
  spec: z.object({ proposedContent: z.object({ envelope: z.string(), verifiers: z.array(z.string()) }) }),
});
const envelope = z.object({ payload: z.string(), signatures: z.array(z.object({ sig: z.string() })) });

export async function startSigstore(sigstore: TestSigstore): Promise<SigstoreServer> {
  const fulcio = fulcioHandler(sigstore.ca, { strict: true });
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const answer = async (): Promise<{ status: number; text: string }> => {
        if (request.url === fulcio.path) {
          // cosign sends its token as a header, where the mock looks for it in the body.
          const oidcIdentityToken = request.headers.authorization?.replace('Bearer ', '');
          const signed = JSON.stringify({ credentials: { oidcIdentityToken }, ...JSON.parse(body) });
          const { statusCode, response: text } = await fulcio.fn(signed);
          return { status: statusCode === 201 ? 200 : statusCode, text: String(text) };
        }
        if (request.url === '/api/v1/log/entries') {
          const logged = await sigstore.rekor.log(canonical(JSON.parse(body)));
          // Clients find their entry by the ETag.
          response.setHeader('etag', Object.keys(logged)[0] ?? '');
          return { status: 201, text: JSON.stringify(logged) };
        }
        return { status: 404, text: '{}' };
      };
      answer().then(
        ({ status, text }) => response.writeHead(status, { 'content-type': 'application/json' }).end(text),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    token(subject, issuer) {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const now = Math.floor(sigstore.now.getTime() / 1000);
      const claims = { sub: subject, iss: issuer, aud: 'sigstore', iat: now, exp: now + 600, email_verified: true };
      return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${Buffer.from('unsigned').toString('base64url')}`;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Rekor records a DSSE envelope by its hashes; the mock records what it is sent. */
function canonical(proposed: object): object {
  const dsse = dsseProposal.safeParse(proposed);
  if (!dsse.success) return proposed;
  const { envelope: text, verifiers } = dsse.data.spec.proposedContent;
  const { payload, signatures } = envelope.parse(JSON.parse(text));
  const hash = (bytes: Buffer) => ({ algorithm: 'sha256', value: createHash('sha256').update(bytes).digest('hex') });
  return {
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      envelopeHash: hash(Buffer.from(text)),
      payloadHash: hash(Buffer.from(payload, 'base64')),
      signatures: signatures.map(({ sig }, at) => ({ signature: sig, verifier: verifiers[at] ?? '' })),
    },
  };
}
