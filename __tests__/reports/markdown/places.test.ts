import { describe, expect, test } from '@jest/globals';
import { type LinkTargets, targetsOf } from '../../../src/reports/link-targets.js';
import { renderComment } from '../../../src/reports/markdown/comment.js';
import { placeLink } from '../../../src/reports/markdown/places.js';
import { storefrontReport } from '../../support/storefront-report.js';

const EVALUATED = 'c'.repeat(40);
const POLICY = 'd'.repeat(40);
const FILE = '.github/base-image-gate.yml';
const targets: LinkTargets = { serverUrl: 'https://github.com', repository: 'acme/shop', sha: EVALUATED };

describe('a place', () => {
  test('is linked to its line at the commit that was evaluated', () => {
    const place = { file: 'a b/(x)#Dockerfile', line: 3 };
    expect(placeLink(place, targets)).toBe(
      `[\`a b/(x)#Dockerfile:3\`](https://github.com/acme/shop/blob/${EVALUATED}/a%20b/%28x%29%23Dockerfile?plain=1#L3)`,
    );
    expect(placeLink(place, {})).toBe('`a b/(x)#Dockerfile:3`');
  });

  test('of a waiver is linked to the commit that the policy was read from', () => {
    const policy = { path: FILE, commit: POLICY };
    expect(targetsOf('waivers', FILE, { ...targets, policy }).sha).toBe(POLICY);
    const comment = renderComment(storefrontReport(), { ...targets, policy });
    expect(comment).toContain(`/blob/${POLICY}/${FILE}`);
    expect(comment).not.toContain(`/blob/${EVALUATED}/${FILE}`);
  });

  test('of a waiver in another repository’s policy is named and not linked', () => {
    expect(targetsOf('waivers', 'policies/x.yml', { ...targets, policy: { path: FILE, commit: POLICY } }).sha).toBe(
      undefined,
    );
    expect(targetsOf('waivers', FILE, targets).sha).toBe(undefined);
  });

  test('of anything else is at the commit that was evaluated, also in the policy’s file', () => {
    expect(targetsOf('policy', FILE, { ...targets, policy: { path: FILE, commit: POLICY } }).sha).toBe(EVALUATED);
  });
});
