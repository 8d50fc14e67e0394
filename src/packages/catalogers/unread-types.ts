import type { Cataloger, UnreadType } from './cataloger.js';
import { EMPTY } from './cataloger.js';

/** Where other package managers keep what they installed. */
const PLACES: readonly (readonly [type: UnreadType, names: RegExp])[] = [
  ['gem', /(?:^|\/)(?:specifications\/(?:default\/)?|bundler\/gems\/[^/]+\/)[^/]+\.gemspec$/],
  ['composer', /(?:^|\/)vendor\/composer\/installed\.json$/],
  // A shared framework's own says what its runtime is.
  ['nuget', /(?:^|\/)(?!Microsoft\.(?:NETCore|AspNetCore|WindowsDesktop)\.App\.deps)[^/]+\.deps\.json$/],
  ['conda', /(?:^|\/)conda-meta\/[^/]+\.json$/],
  ['cran', /(?:^|\/)(?:library|site-library)\/[^/]+\/DESCRIPTION$/],
  ['bitnami', /(?:^|\/)opt\/bitnami\/[^/]+\/\.spdx-[^/]+\.spdx$/],
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

/** The section's name stands in the table of names, which linkers put at the end. */
const RUST_SECTION = Buffer.from('.dep-v0\0');
const TAIL = 32 * 1024;

/** Recognizes Rust programs that carry their dependencies. @see https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md */
export const cargoCataloger: Cataloger = {
  id: 'cargo',
  kinds: ['program'],
  open: ({ size }) => {
    let tail: Buffer = Buffer.alloc(0);
    let offset = 0;
    return {
      write: (chunk) => {
        offset += chunk.length;
        if (offset > size - TAIL) tail = Buffer.concat([tail, chunk.subarray(-TAIL)]).subarray(-TAIL);
      },
      end: () => (tail.includes(RUST_SECTION) ? { ...EMPTY, unread: ['cargo'] } : EMPTY),
    };
  },
};
