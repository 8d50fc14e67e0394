import type { AttackCase, AttackGroup, AttackPair } from './pair.js';

const DAY = 24 * 60 * 60 * 1000;
const EXPIRES = new Date(Date.now() + 20 * DAY).toISOString().slice(0, 10);
const EXCUSED = { 'signature-verified': '{ level: error, on-indeterminate: warn }' };
const waiver = (scope: string) => `{ ${scope}, reason: r, owner: o, expires: ${EXPIRES}, covers: indeterminate }`;
const waivers = (...scopes: readonly string[]) => `waivers: [${scopes.map(waiver).join(', ')}]\n`;
const OF_RULE = 'rule: signature-verified';
/** The same of an image that nobody can look at, and of one that is seen to have no signature, which a review let in. */
const pair = (what: string, attack: AttackCase, twin: AttackCase = attack): AttackPair => ({
  what,
  attack,
  twin: { ...twin, image: { layers: [] } },
});

export const UNKNOWN: AttackGroup = {
  item: 14,
  name: 'nobody can say whether it is signed, and that is excused',
  rules: ['signature-verified'],
  signer: 'authorities: [{ keyless: { issuer: "https://ci.example", subject: "https://ci.example/acme/build" } }]',
  pairs: [
    pair('by the rule', { levels: EXCUSED }, { levels: EXCUSED, policy: waivers(OF_RULE) }),
    pair('by a waiver of the rule', { policy: waivers(OF_RULE) }),
    pair('by a waiver of the image', { policy: waivers(`${OF_RULE}, image: demo.example/base`) }),
    pair('by a waiver of the build file', { policy: waivers(`${OF_RULE}, file: Dockerfile`) }),
    pair('by the rule and a waiver', { levels: EXCUSED, policy: waivers(OF_RULE) }),
    pair('by two waivers', { policy: waivers(`${OF_RULE}, file: Dockerfile`, `${OF_RULE}, image: demo.example/base`) }),
  ],
};
