import { afterEach, beforeEach, expect } from '@jest/globals';
import type { GitHubClient } from '../../../src/github/repository/client.js';
import { type GitHubServer, startGitHub } from './github-server.js';
import { CONTENTS_TOKEN, GitHubState, READ_ONLY_TOKEN, WRITE_TOKEN } from './github-state.js';
import { testClient } from './github-test-client.js';

export const REPOSITORY = { owner: 'acme', name: 'shop' };

/** A loopback GitHub for every test of a file: `acme/shop`, with tokens called write, read and contents. */
export class FakeGitHub {
  state: GitHubState = new GitHubState('acme/shop');
  #server: GitHubServer | null = null;

  get server(): GitHubServer {
    if (this.#server === null) throw new Error('the loopback GitHub runs in tests only');
    return this.#server;
  }

  async start(prefix = ''): Promise<void> {
    this.state = new GitHubState('acme/shop');
    this.state.tokens.set('write', WRITE_TOKEN).set('read', READ_ONLY_TOKEN).set('contents', CONTENTS_TOKEN);
    this.#server = await startGitHub(this.state, prefix);
  }

  async stop(): Promise<void> {
    await this.server.close();
    for (const state of [this.state, ...this.state.others.values()]) state.git.remove();
    expect(this.server.violations).toEqual([]);
  }

  client(token = 'write'): GitHubClient {
    return testClient(this.server.apiUrl, token);
  }
}

/** Starts a GitHub before each test and checks after it that every request was as GitHub describes it. */
export function useGitHub(prefix = ''): FakeGitHub {
  const fake = new FakeGitHub();
  beforeEach(() => fake.start(prefix));
  afterEach(() => fake.stop());
  return fake;
}
