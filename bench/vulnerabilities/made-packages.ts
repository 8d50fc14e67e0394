import { createHash } from 'node:crypto';
import { type MadeRecord, osvRecord } from '../../__tests__/support/registry/osv-server.js';

export const PACKAGES = 300;

/** A number from a text, the same in every run. */
const chance = (text: string, below: number) => createHash('sha256').update(text).digest().readUInt32LE(0) % below;

const SHAPES = [
  (n: number) => `1.${n}`,
  (n: number) => `2.${n % 7}.${n}`,
  (n: number) => `3.${n}_rc${n % 4}`,
  (n: number) => `0.${n}.0${n % 9}`,
];
function version(seed: string, ecosystem: string): string {
  const upstream =
    SHAPES[chance(`${seed} shape`, ecosystem === 'Debian:12' ? 2 : SHAPES.length)]?.(chance(seed, 40)) ?? '1.0';
  return ecosystem === 'Debian:12'
    ? `${chance(`${seed} epoch`, 4) === 0 ? '1:' : ''}${upstream}-${chance(`${seed} r`, 5)}`
    : `${upstream}-r${chance(`${seed} r`, 5)}`;
}

/** The records of an ecosystem: about 400 packages, with and without an introduction or a fix, and with listed versions. */
export function madeRecords(ecosystem: string, prefix: string): readonly MadeRecord[] {
  return Array.from({ length: 6000 }, (_, index) => {
    const seed = `${ecosystem} ${index}`;
    const name = `package-${chance(`${seed} name`, 400)}`;
    const kind = chance(`${seed} kind`, 4);
    const introduced = kind === 1 ? version(`${seed} a`, ecosystem) : '0';
    const fixed = kind === 2 ? {} : { fixed: version(`${seed} b`, ecosystem) };
    const listed = kind === 3 ? { versions: [version(`${seed} c`, ecosystem)] } : {};
    return osvRecord(`${prefix}-CVE-2026-${10_000 + index}`, [{ ecosystem, name, introduced, ...fixed, ...listed }]);
  });
}

/** Packages of one made image, the same in every run. */
export const madePackages = (ecosystem: string, image: number) =>
  Array.from(
    { length: PACKAGES },
    (_, index) => [`package-${index}`, version(`${ecosystem} ${image} ${index}`, ecosystem)] as const,
  );
