const NODE = new Set(['pulse-app', 'pulse-railway', 'pulse-aws']);
const PYTHON = /(?:^|[\s"'])pulse[-_.]+(?:framework|railway|aws)(?![\w.-]*\w)/im;
const FIELDS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const;

/** Of files that name the packages of an app. */
export function isManifest(name: string): boolean {
	return /^(?:package\.json|pyproject\.toml|Pipfile|requirements[\w.-]*\.(?:txt|in))$/.test(name);
}

export function asksForPulse(name: string, text: string): boolean {
	if (name !== 'package.json') return PYTHON.test(text.replace(/^\s*name\s*=.*$|(?:^|\s)#.*$/gm, ''));
	try {
		const fields = JSON.parse(text) as Record<string, unknown>;
		return FIELDS.some((field) => Object.keys(fields[field] ?? {}).some((name) => NODE.has(name)));
	} catch {
		return false;
	}
}
