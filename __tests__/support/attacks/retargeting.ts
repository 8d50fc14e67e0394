/** The events on which a pull request to a branch of anybody's making tries to have that branch's policy. */
export const RETARGETING = {
  item: 13,
  name: 'another base branch has a softer policy, or the image already',
  pairs: ['pull_request', 'pull_request_target', 'merge_group', 'push', 'workflow_dispatch'].map((what) => ({ what })),
};
