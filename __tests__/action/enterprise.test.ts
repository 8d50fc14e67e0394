import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type StepResult, useBundledAction } from '../support/github/action-step.js';
import { useGitHub } from '../support/github/fake-github.js';
import { makePullRequest, runOnPullRequest } from '../support/github/pull-request-step.js';
import { type HttpProxy, startHttpProxy } from '../support/registry/http-proxy.js';
import { makeCertificate } from '../support/registry/registry-certificate.js';

const github = useGitHub('/api/v3');
const directory = mkdtempSync(join(tmpdir(), 'gate-enterprise-'));
const certificate = makeCertificate(['localhost', 'github.corp.example']);
const authority = join(directory, 'ca.pem');
const action = useBundledAction();
let front: Server;
let proxy: HttpProxy;
beforeAll(() => {
  writeFileSync(authority, certificate.cert);
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});
beforeEach(async () => {
  proxy = await startHttpProxy();
  front = createServer({ key: certificate.key, cert: certificate.cert }, (incoming, outgoing) => {
    const target = new URL(incoming.url ?? '/', github.server.apiUrl);
    const forwarded = request(target, { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => front.listen(0, 'localhost', resolve));
});
afterEach(async () => {
  await proxy.close();
  front.closeAllConnections();
  await new Promise((resolve) => front.close(resolve));
});

// A server that listens on a TCP port has an address with that port.
const host = (name = 'localhost'): string => `${name}:${(front.address() as AddressInfo).port}`;

function run(environment: Readonly<Record<string, string>>, name?: string): Promise<StepResult> {
  const pull = makePullRequest(github, { Dockerfile: 'FROM images.example/legacy/base:1\n' });
  return runOnPullRequest(action, github, pull, {
    apiUrl: `https://${host(name)}/api/v3`,
    inputs: { sarif: 'true' },
    environment: { NODE_EXTRA_CA_CERTS: authority, ...environment },
  });
}

test('a GitHub Enterprise Server behind a proxy gets everything by way of HTTPS_PROXY', async () => {
  const step = await run({ HTTPS_PROXY: proxy.url }, 'github.corp.example');
  expect(step.code).toBe(1);
  expect(step.summary).not.toContain('What could not be shown');
  expect(github.state.comments).toHaveLength(1);
  expect(github.state.uploads).toHaveLength(1);
  expect([...new Set(proxy.hosts)]).toEqual([host('github.corp.example')]);
});

test('a GitHub Enterprise Server that NO_PROXY names is asked without the proxy', async () => {
  const step = await run({ HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: 'internal.example,localhost' });
  expect(step.code).toBe(1);
  expect(github.state.comments).toHaveLength(1);
});

test('a certificate that nobody vouches for ends in exit code 2, and the token stays here', async () => {
  const step = await run({ NODE_EXTRA_CA_CERTS: '' });
  expect(step.code).toBe(2);
  expect(step.summary).toContain('could not be reached');
  expect(github.server.requests).toEqual([]);
});
