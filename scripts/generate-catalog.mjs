// Makes src/catalog/catalog.generated.json from the YAML files beside it, so that no YAML is read when the program runs.
// With --check it writes nothing, and fails when the generated file is not what it would write.
import { createHash, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { writeOrCheck } from './generate/write-or-check.mjs';

const directory = new URL('../src/catalog/', import.meta.url);
const target = new URL('catalog.generated.json', directory);

const month = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/);
const url = z.url({ protocol: /^https$/ });
const text = z.string().min(1);

const keyless = z.strictObject({ keyless: z.strictObject({ issuer: url, subject: text }) });
const key = z.strictObject({
  key: z.strictObject({
    url,
    pem: z.string().startsWith('-----BEGIN PUBLIC KEY-----'),
    log: z.enum(['required', 'ignored']),
  }),
});

const certificate = z
  .strictObject({
    url,
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    pem: z.string().startsWith('-----BEGIN CERTIFICATE-----'),
  })
  .refine(({ pem, sha256 }) => createHash('sha256').update(new X509Certificate(pem).raw).digest('hex') === sha256, {
    error: 'the certificate has another SHA-256',
  });
const notation = z.strictObject({
  notation: z.strictObject({
    roots: z.array(certificate).min(1),
    'timestamp-roots': z.array(certificate).default([]),
    identities: z.array(z.string().startsWith('x509.subject:')).min(1),
  }),
});

const published = z.enum(['signed', 'unsigned', 'none']).optional();

const publisher = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
    name: text,
    images: z.array(text),
    read: month,
    hardened: z.boolean(),
    verifiable: z.boolean(),
    'not-verifiable': text.optional(),
    check: z.strictObject({ image: text, login: z.literal(true).optional() }).optional(),
    wolfi: z.boolean().default(false),
    parameters: z.array(z.enum(['organization', 'identities'])).default([]),
    authorities: z.array(z.union([keyless, key, notation])).default([]),
    attestations: z.array(text).default([]),
    publishes: z.strictObject({ sbom: published, provenance: published }).default({}),
    quirks: z.array(text).default([]),
    facts: z
      .array(
        z.strictObject({
          fact: text,
          about: z.array(z.enum(['sbom', 'provenance'])).optional(),
          source: url,
          read: month,
          confirmed: z.boolean(),
        }),
      )
      .min(1),
  })
  .refine((entry) => entry.verifiable !== (entry['not-verifiable'] !== undefined), {
    error: 'either it is verifiable, or not-verifiable says why',
  })
  .refine((entry) => entry.verifiable === (entry.check !== undefined), {
    error: 'what is verifiable names an image that npm run catalog:check verifies, and nothing else does',
  })
  .refine((entry) => entry.facts.every(({ read }) => read <= entry.read), {
    error: 'a fact was read after the entry was',
  })
  .refine((entry) => !entry.verifiable || (entry.authorities.length > 0 && entry.parameters.length === 0), {
    error: 'what is verifiable has authorities, and asks for nothing',
  })
  .refine((entry) => lacks(entry).every((what) => factAbout(entry, what) !== undefined), {
    error: 'that something is not published, or not signed, rests on a confirmed fact about it',
  })
  .refine((entry) => !entry.verifiable || entry.facts.some(({ confirmed }) => confirmed), {
    error: 'what is verifiable rests on a confirmed fact',
  });

function lacks({ publishes }) {
  return Object.keys(publishes).filter((what) => publishes[what] !== 'signed');
}

function factAbout({ facts }, what) {
  return facts.find(({ about, confirmed }) => confirmed && about?.includes(what));
}

/** What the program says of it, with the place where anybody can read it. */
function toPublished(entry, what) {
  const as = entry.publishes[what];
  if (as === undefined) return {};
  const fact = factAbout(entry, what);
  return { [what]: { as, ...(fact === undefined ? {} : { source: fact.source, read: fact.read }) } };
}

const catalog = z.strictObject({
  version: z.string().regex(/^20\d\d\.\d\d\.\d+$/),
  date: z.iso.date(),
  abandoned: z.array(z.strictObject({ image: text, reason: text, source: url, read: month })),
});

function read(path, schema) {
  const parsed = schema.safeParse(parse(readFileSync(new URL(path, directory), 'utf8')));
  if (!parsed.success) throw new Error(`${path}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function toAuthority(authority) {
  if ('keyless' in authority) return { kind: 'keyless', ...authority.keyless };
  if ('notation' in authority) {
    const { roots, 'timestamp-roots': timestampRoots, identities } = authority.notation;
    const pems = (certificates) => certificates.map(({ pem }) => pem);
    return {
      kind: 'notation',
      ca: pems(roots),
      signingAuthority: [],
      timestampRoots: pems(timestampRoots),
      identities,
      timestamps: 'always',
      revocation: 'required',
      timestampRevocation: 'required',
      onlyLogged: [],
    };
  }
  const { url: name, pem, log } = authority.key;
  return { kind: 'key', pem, name, log };
}

function toPublisher(entry) {
  const { 'not-verifiable': notVerifiable, parameters, authorities, ...rest } = entry;
  const why = notVerifiable === undefined ? {} : { notVerifiable };
  const publishes = { ...toPublished(entry, 'sbom'), ...toPublished(entry, 'provenance') };
  const facts = rest.facts.map(({ about: _about, ...fact }) => fact);
  return { ...rest, publishes, facts, ...why, parameters, authorities: authorities.map(toAuthority) };
}

const files = readdirSync(new URL('publishers/', directory)).sort();
const publishers = files.map((file) => {
  const entry = read(`publishers/${file}`, publisher);
  if (file !== `${entry.id}.yaml`) throw new Error(`publishers/${file}: its id is ${entry.id}`);
  return toPublisher(entry);
});
const value = { ...read('catalog.yaml', catalog), publishers };
writeOrCheck(target, `${JSON.stringify(value, null, 2)}\n`, 'generate-catalog.mjs');
