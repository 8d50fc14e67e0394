// What nothing can go without that reads an attested document with JSON.parse: the envelope, the payload, and the text
// inside where the predicate is one. Usage: parse-attestation.mjs ENVELOPE
import { readFileSync } from 'node:fs';

const envelope = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const { predicate } = JSON.parse(Buffer.from(envelope.payload, 'base64').toString('utf8'));
const { packages } = typeof predicate === 'string' ? JSON.parse(predicate) : predicate;
process.stdout.write(`${packages.length}\n`);
