/** A published set of requirements. */
export type RequirementSet = 'nist-800-53' | 'fedramp-containers' | 'fedramp-20x' | 'govramp' | 'cis-docker';

export interface RequirementSource {
  readonly title: string;
  readonly url: string;
}

export const SOURCES: Readonly<Record<RequirementSet, RequirementSource>> = {
  'nist-800-53': {
    title: 'NIST SP 800-53 revision 5',
    url: 'https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final',
  },
  'fedramp-containers': {
    title: 'FedRAMP Vulnerability Scanning Requirements for Containers (2021)',
    url: 'https://www.fedramp.gov/assets/resources/documents/Vulnerability_Scanning_Requirements_for_Containers.pdf',
  },
  'fedramp-20x': {
    title: 'FedRAMP 20x Key Security Indicators',
    url: 'https://www.fedramp.gov/docs/key-security-indicators',
  },
  govramp: {
    title: 'GovRAMP (formerly StateRAMP) continuous monitoring, as its program office describes it',
    url: 'https://insights.knowledgeservices.com/govramp-blog/blog/what-is-continuous-monitoring',
  },
  'cis-docker': { title: 'CIS Docker Benchmark, section 4', url: 'https://www.cisecurity.org/benchmark/docker' },
};

/** One control, indicator or point. Sets without numbers of their own have ids of ours, and titles in our words. */
export interface Requirement {
  readonly id: string;
  readonly set: RequirementSet;
  readonly title: string;
}

function ofSet(set: RequirementSet, titles: Readonly<Record<string, string>>): readonly Requirement[] {
  return Object.entries(titles).map(([id, title]) => ({ id, set, title }));
}

/** Everything that some rule gives evidence toward, in the order in which evidence is written. */
export const REQUIREMENTS: readonly Requirement[] = [
  ...ofSet('nist-800-53', {
    'AC-6': 'Least Privilege',
    'CM-2': 'Baseline Configuration',
    'CM-3': 'Configuration Change Control',
    'CM-4': 'Impact Analyzes',
    'CM-5': 'Access Restrictions for Change',
    'CM-6': 'Configuration Settings',
    'CM-7': 'Least Functionality',
    'CM-7(1)': 'Least Functionality: Periodic Review',
    'CM-8': 'System Component Inventory',
    'CM-10': 'Software Usage Restrictions',
    'CM-14': 'Signed Components',
    'IA-5(7)': 'Authenticator Management: No Embedded Unencrypted Static Authenticators',
    'RA-5': 'Vulnerability Monitoring and Scanning',
    'SA-10': 'Developer Configuration Management',
    'SA-22': 'Unsupported System Components',
    'SI-2': 'Flaw Remediation',
    'SI-7': 'Software, Firmware, and Information Integrity',
    'SI-7(1)': 'Integrity: Integrity Checks',
    'SI-7(15)': 'Integrity: Code Authentication',
    'SR-3': 'Supply Chain Controls and Processes',
    'SR-4': 'Provenance',
    'SR-11': 'Component Authenticity',
  }),
  ...ofSet('fedramp-containers', {
    'containers/hardened-images': 'Containers are made from hardened images',
    'containers/scanned-before-deployment': 'Images are scanned before they are deployed',
    'containers/30-day-window': 'Containers are deployed from images that were scanned within 30 days',
    'containers/registry-monitoring':
      'The registry is monitored, so that images without a scan in the window are not deployed',
    'containers/asset-identifiers': 'Every class of image has a unique asset identifier',
  }),
  ...ofSet('fedramp-20x', {
    'KSI-CMT-RMV': 'Redeploying vs Modifying',
    'KSI-CMT-VTD': 'Validating Throughout Deployment',
    'KSI-CNA-DFP': 'Defining Functionality and Privileges',
    'KSI-CNA-IBP': 'Implementing Best Practices',
    'KSI-CNA-MAT': 'Minimizing Attack Surface',
    'KSI-PIY-GIV': 'Generating Inventories',
    'KSI-SCR-MIT': 'Mitigating Supply Chain Risk',
    'KSI-SCR-MON': 'Monitoring Supply Chain Risk',
    'KSI-SVC-ACM': 'Automating Configuration Management',
    'KSI-SVC-VRI': 'Validating Resource Integrity',
  }),
  ...ofSet('govramp', {
    'govramp/remediation': 'What was found is fixed in 30 (high), 90 (moderate) or 180 (low) days',
    'govramp/inventory': 'The inventory worksheet is updated every month',
  }),
  ...ofSet('cis-docker', {
    'CIS 4.1': 'A user for the container has been created',
    'CIS 4.2': 'Containers use only trusted base images',
    'CIS 4.3': 'Unnecessary packages are not installed',
    'CIS 4.4': 'Images are scanned and rebuilt to include security patches',
    'CIS 4.5': 'Content trust is enabled',
    'CIS 4.8': 'Setuid and setgid permissions are removed',
    'CIS 4.10': 'Secrets are not stored in Dockerfiles',
    'CIS 4.11': 'Only verified packages are installed',
    'CIS 4.12': 'All signed artifacts are validated',
  }),
];
