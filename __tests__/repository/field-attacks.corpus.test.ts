import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { openWorkingTree } from '../../src/build-files/working-tree.js';
import { LayoutSource } from '../../src/registry/layout/layout.js';
import { gateRun } from '../support/gate-run.js';
import { describeWithSharedData, sharedData } from '../support/shared-data.js';

const DIRECTORY = 'field/attacks';

describeWithSharedData(DIRECTORY, 'attacks that passed once', () => {
  test.each([
    ['build-stage-smuggle/build-smuggle-clean', 'allowed-base', 'fail'],
    ['build-stage-smuggle/build-smuggle-scratch', 'allowed-base', 'fail'],
    ['decoy-build-arg/decoy-none', 'known-reference', 'fail'],
    ['decoy-build-arg/decoy-echo', 'known-reference', 'fail'],
    ['eol-dodge/s-deb10-noosr', 'supported', 'indeterminate'],
    ['hardlink-header/hl-busybox', 'distroless', 'fail'],
    ['hardlink-header/hl-setuid', 'hardened-configuration', 'fail'],
    ['hub-mirror-deny/mirror-gcr', 'denied-base', 'fail'],
    ['loader-hooks/ld-so-preload', 'hardened-configuration', 'fail'],
    ['os-release-spoof/alp-as-wolfi', 'no-known-vulnerabilities', 'indeterminate'],
    ['package-db-dropped/alp-one-para', 'no-known-vulnerabilities', 'indeterminate'],
    ['package-db-dropped/alp-origin', 'no-known-vulnerabilities', 'fail'],
    ['uid-overflow/user-2p32', 'non-root', 'fail'],
    ['user-name-made-in-build/u-made-by-run', 'non-root', 'indeterminate'],
    ['workflow-builds-unseen/abs', 'allowed-base', 'fail'],
    ['workflow-builds-unseen/action-elsewhere', 'allowed-base', 'fail'],
    ['workflow-builds-unseen/arm-runner', 'allowed-base', 'fail'],
    ['workflow-builds-unseen/bash-c', 'allowed-base', 'fail'],
    ['workflow-builds-unseen/buildx-builder', 'allowed-base', 'fail'],
    ['workflow-builds-unseen/target-builder', 'allowed-base', 'fail'],
    ['workflow-platforms-open/plat-expr-bpa', 'allowed-base', 'fail'],
    ['workflow-platforms-open/plat-lit-bpa', 'allowed-base', 'fail'],
  ])('%s does not pass %s: %s', async (path, rule, outcome) => {
    const [attack = '', name = ''] = path.split('/');
    const directory = sharedData(`${DIRECTORY}/${attack}`);
    const report = await gateRun({
      files: openWorkingTree(`${directory}/repo/${name}`, { allFiles: true }),
      policy: readFileSync(`${directory}/policy.yml`, 'utf8'),
      source: new LayoutSource(`${directory}/registry`),
      settings: { vulnerabilitiesDirectory: `${directory}/exports` },
    });
    expect(report.verdict).not.toBe('pass');
    expect(report.answers.filter((answer) => answer.rule === rule).map((answer) => answer.outcome)).toContain(outcome);
  });
});
