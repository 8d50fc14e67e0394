import type { Collector } from '../../evidence/collector.js';
import { present } from '../../evidence/evidence.js';
import { optionalField } from '../../lib/collections.js';
import { isOpenVexType } from '../../signatures/predicate-types.js';
import { describeSigner } from '../../signatures/signer.js';
import { distinct, findCarriers, isSigned } from '../attested.js';
import { readOpenVex } from './read-openvex.js';
import type { VexStatement } from './vex-verdict.js';

/** Collects OpenVEX statements about an image. Only from statements that an authority signed: VEX silences findings. */
export const collectVex: Collector<'vex'> = async (context) => {
  const looked = await findCarriers(context, isOpenVexType);
  if (!looked.found) return looked.evidence;
  if (!looked.signed) {
    const lookedIn = looked.carriers.map(({ place }) => ({
      place,
      answer: 'unsigned OpenVEX, which is never accepted',
    }));
    return { status: 'absent', lookedIn };
  }
  const statements: VexStatement[] = [];
  const problems: string[] = [];
  for (const carrier of distinct(looked.carriers)) {
    if (!isSigned(carrier)) continue;
    const { digest, signedAt, place } = carrier;
    const origin = { signer: describeSigner(carrier.signer), digest, ...optionalField('signedAt', signedAt) };
    const read = readOpenVex(carrier.predicate, origin);
    if (!read.ok) problems.push(`${place} does not count because ${read.error}`);
    else {
      statements.push(...read.value.statements);
      problems.push(...read.value.problems.map((problem) => `${place}: ${problem}`));
    }
  }
  return present({ statements, problems }, looked.from);
};
