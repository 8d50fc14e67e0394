import type { Cataloger, UnreadType } from './cataloger.js';
import { EMPTY } from './cataloger.js';

/** Where other package managers keep what they installed. */
const PLACES: readonly (readonly [type: UnreadType, names: RegExp])[] = [
  ['conda', /(?:^|\/)conda-meta\/[^/]+\.json$/],
  ['cran', /(?:^|\/)(?:library|site-library)\/[^/]+\/DESCRIPTION$/],
  ['alpm', /(?:^|\/)var\/lib\/pacman\/local\/[^/]+\/desc$/],
  ['portage', /(?:^|\/)var\/db\/pkg\/[^/]+\/[^/]+\/PF$/],
  ['nix', /(?:^|\/)nix\/var\/nix\/db\/db\.sqlite$/],
  ['opkg', /(?:^|\/)usr\/lib\/opkg\/status$/],
  ['chisel', /(?:^|\/)var\/lib\/chisel\/manifest\.wall$/],
];

/** Recognizes packages of types that no cataloger reads, so that they are named. */
export const unreadTypeCatalogers: readonly Cataloger[] = PLACES.map(([type, names]) => ({
  id: type,
  names,
  open: () => ({ write: () => undefined, end: () => ({ ...EMPTY, unread: [type] }) }),
}));
