import type { Collector } from '../../evidence/collector.js';
import { present } from '../../evidence/evidence.js';
import { describeSigner } from '../../signatures/signer.js';
import { distinct, findCarriers, isSigned } from '../attested.js';
import { APKO_PREDICATE_TYPE, readApko } from './apko.js';

/** Collects the configuration that apko built an image from: over the platform before the index, signed ones first. */
export const collectApko: Collector<'apko'> = async (context) => {
  const looked = await findCarriers(context, (type) => type === APKO_PREDICATE_TYPE);
  if (!looked.found) return looked.evidence;
  const carriers = [...distinct(looked.carriers)].sort((a, b) => Number(a.on === 'index') - Number(b.on === 'index'));
  const faults: { readonly place: string; readonly answer: string }[] = [];
  for (const carrier of carriers) {
    const read = readApko(carrier.predicate);
    const { digest, on, place } = carrier;
    if (!read.ok) {
      faults.push({ place, answer: `an unreadable apko configuration: ${read.error}` });
      continue;
    }
    const signer = isSigned(carrier) ? { signer: describeSigner(carrier.signer) } : {};
    return present({ ...read.value, ...signer, digest, on, place }, place);
  }
  return {
    status: 'unavailable',
    cause: 'malformed',
    message: `${faults[0]?.place ?? looked.from} has ${faults[0]?.answer ?? 'no apko configuration'}.`,
    fix: 'Ask the publisher to attest the configuration as apko writes it.',
    lookedIn: faults,
  };
};
