import { runInNewContext } from 'node:vm';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { parseReference, repositoryName } from '../../../src/references/reference.js';

/** Whether a key signed the image that a reference names, as a program in the cluster would find out. */
export type IsSignedBy = (reference: string, pem: string) => boolean;

const cosignKey = z.object({ key: z.object({ data: z.string() }) });

const clusterPolicy = z.object({
  spec: z.object({
    images: z.array(z.object({ glob: z.string() })),
    authorities: z.array(z.union([z.object({ static: z.object({ action: z.enum(['pass', 'fail']) }) }), cosignKey])),
    mode: z.literal('enforce'),
  }),
});

/**
 * What policy-controller decides about an image: every policy with a glob that matches must admit it, each by one of its
 * authorities; an image that none matches is denied.
 *
 * @see https://github.com/sigstore/policy-controller/blob/main/pkg/apis/glob/glob.go
 */
export function evaluateClusterImagePolicies(text: string, image: string, isSignedBy: IsSignedBy): boolean {
  const policies = parseAllDocuments(text).map((document) => clusterPolicy.parse(document.toJS()));
  const matching = policies.filter(({ spec }) => spec.images.some(({ glob }) => globMatches(glob, image)));
  return (
    matching.length > 0 &&
    matching.every(({ spec }) =>
      spec.authorities.some((one) =>
        'static' in one ? one.static.action === 'pass' : isSignedBy(image, one.key.data),
      ),
    )
  );
}

function globMatches(glob: string, image: string): boolean {
  if (!/^[a-zA-Z0-9-_:/*.@]+$/.test(glob)) throw new Error(`invalid glob ${glob}`);
  const expression = glob.replaceAll('.', '\\.').replaceAll('**', '#').replaceAll('*', '[^/]*').replaceAll('#', '.*');
  const parsed = parseReference(image);
  if (!parsed.ok) return false;
  const { registry, tag = 'latest', digest } = parsed.value;
  const name = repositoryName({ ...parsed.value, registry: registry === 'docker.io' ? 'index.docker.io' : registry });
  const full = digest === undefined ? `${name}:${tag}` : `${name}@${digest}`;
  return [full, image].some((text) => new RegExp(`^${expression}$`).test(text));
}

const kyvernoPolicy = z.object({
  spec: z.object({
    matchImageReferences: z.array(z.object({ glob: z.literal('*') })),
    attestors: z.array(z.object({ name: z.string(), cosign: cosignKey })),
    validations: z.array(z.object({ expression: z.string() })),
  }),
});

/**
 * What Kyverno decides about an image of a container: the validations are CEL, and what of it is written here means the
 * same in JavaScript: `matches` finds a part of the text, and `verifyImageSignatures` counts attestors.
 *
 * @see https://github.com/kyverno/kyverno/blob/main/pkg/cel/libs/imageverify/impl.go
 */
export function evaluateKyvernoPolicy(text: string, image: string, isSignedBy: IsSignedBy): boolean {
  const { spec } = kyvernoPolicy.parse(parse(text));
  const attestors = Object.fromEntries(spec.attestors.map(({ name, cosign }) => [name, cosign.key.data]));
  return spec.validations.every(({ expression }) => {
    const [, list = '', body = ''] = /^images\.(\w+)\.all\(image, (.*)\)$/s.exec(expression) ?? [];
    if (list !== 'containers') return true;
    const script = body.replaceAll('image.matches(', 'matches(image, ');
    const decided: unknown = runInNewContext(script, {
      image,
      attestors,
      matches: (given: string, pattern: string) => new RegExp(pattern).test(given),
      verifyImageSignatures: (given: string, pems: readonly string[]) =>
        pems.filter((pem) => isSignedBy(given, pem)).length,
    });
    return decided === true;
  });
}
