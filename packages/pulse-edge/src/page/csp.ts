/** What a page's policies have to let through. */
export interface Admission {
	/** Without a scheme, so that the page's own holds: `app.test/_pulse/edge/tab.js`. */
	readonly script: string;
	readonly reports: string;
	/** Made when only a nonce lets a script through and the policy has none. */
	readonly nonce: () => string;
}

export interface Admitted {
	/** One for each given. */
	readonly policies: readonly string[];
	/** For the script's tag; `''` for none. */
	readonly nonce: string;
}

/**
 * Policies (`Content-Security-Policy` values, each of which may be a list) that let the tab script through, and nothing else
 * that they did not let through before (contract C1.8). A nonce is copied from those that are `enforced` alone: one that is
 * only reported about may stand in a configuration for years, and would then let scripts through where it never did.
 */
export function admit(policies: readonly string[], admission: Admission, enforced = policies): Admitted {
	let nonce = '';
	for (const policy of enforced)
		for (const one of policy.split(',')) nonce ||= nonceOf(effective(parse(one), SCRIPTS)?.sources ?? []);
	const giveNonce = () => {
		nonce ||= admission.nonce();
		return nonce;
	};
	const admitted = policies.map((policy) =>
		policy
			.split(',')
			.map((one) => admitOne(one, admission, nonce, giveNonce))
			.join(','),
	);
	return { policies: admitted, nonce };
}

function admitOne(policy: string, admission: Admission, nonce: string, giveNonce: () => string): string {
	const directives = parse(policy);
	const added = new Map<Directive, string>();
	const scripts = effective(directives, SCRIPTS);
	if (scripts !== undefined) {
		const more = forScript(scripts.sources, admission.script, nonce, giveNonce);
		if (more !== null) added.set(scripts, more);
	}
	const reports = effective(directives, REPORTS);
	// One source for the address below which both are, where one directive speaks for both.
	if (reports !== undefined && !reports.sources.some((source) => /^(?:'self'|\*)$/i.test(source)))
		added.set(reports, [added.get(reports), admission.reports].filter(Boolean).join(' '));
	if (added.size === 0) return policy;
	return directives
		.map((directive) => {
			const more = added.get(directive);
			if (more === undefined) return directive.text;
			const kept = directive.sources.filter((source) => !/^'none'$/i.test(source));
			return `${directive.lead}${[directive.written, ...kept, more].join(' ')}`;
		})
		.join(';');
}

/** What has to be added for the script, `null` for nothing. Never a nonce beside `'unsafe-inline'`, which it would switch off. */
function forScript(sources: readonly string[], url: string, nonce: string, giveNonce: () => string): string | null {
	const has = (pattern: RegExp) => sources.some((source) => pattern.test(source));
	const strict = has(/^'strict-dynamic'$/i);
	if (nonce !== '' && sources.includes(`'nonce-${nonce}'`)) return null;
	if (strict) return `'nonce-${giveNonce()}'`;
	if (has(/^(?:'self'|\*)$/i)) return null;
	return url;
}

function nonceOf(sources: readonly string[]): string {
	for (const source of sources) {
		const nonce = /^'nonce-([A-Za-z0-9+/_-]+={0,2})'$/i.exec(source);
		if (nonce !== null) return nonce[1]!;
	}
	return '';
}

const SCRIPTS = ['script-src-elem', 'script-src', 'default-src'];
const REPORTS = ['connect-src', 'default-src'];

interface Directive {
	readonly text: string;
	readonly lead: string;
	readonly written: string;
	readonly name: string;
	readonly sources: readonly string[];
}

function parse(policy: string): Directive[] {
	return policy.split(';').map((text) => {
		const [written = '', ...sources] = text.trim().split(/\s+/);
		return { text, lead: /^\s*/.exec(text)![0], written, name: written.toLowerCase(), sources };
	});
}

/** The directive that decides; of two of one name the first counts. */
function effective(directives: readonly Directive[], names: readonly string[]): Directive | undefined {
	for (const name of names) {
		const found = directives.find((directive) => directive.name === name);
		if (found !== undefined) return found;
	}
	return undefined;
}
