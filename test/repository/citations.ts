import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTRACT, DECISIONS } from './contract.ts';
import { ROOT } from './source-files.ts';

type Platform = 'railway' | 'aws';

/** Sections by number, with their text; the points of section 0 are `0.1`, `0.2`, … */
const FACTS: Readonly<Record<Platform, ReadonlyMap<string, string>>> = {
	railway: sectionsOf('docs/platform-facts/railway.md'),
	aws: sectionsOf('docs/platform-facts/aws.md'),
};

/** What a bare `facts §n` means in a package that has to do with one platform alone. */
const PLATFORM_OF: Readonly<Record<string, Platform>> = {
	'pulse-railway': 'railway',
	'railway-local': 'railway',
	'pulse-aws': 'aws',
	'aws-world': 'aws',
};

/** Files whose citations must resolve: all code and all pages. */
export function citingFiles(): string[] {
	return ['packages', 'examples', 'test', 'bench', 'docs'].flatMap((top) =>
		readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' })
			.map((path) => `${top}/${path.replaceAll('\\', '/')}`)
			.filter((path) => /\.(ts|tsx|md|mjs)$/.test(path) && !/(^|\/)(node_modules|dist)\//.test(path))
			.filter((path) => !path.startsWith('test/repository/citations')),
	);
}

/** `line: citation` for each one in the text that leads nowhere. */
export function brokenCitations(path: string, text = readFileSync(join(ROOT, path), 'utf8')): string[] {
	const platform = PLATFORM_OF[/^packages\/([^/]+)/.exec(path)?.[1] ?? ''];
	return text
		.split('\n')
		.flatMap((line, index) =>
			[...brokenRules(line), ...brokenDecisions(line), ...brokenFacts(line, platform)].map(
				(what) => `${index + 1}: ${what}`,
			),
		);
}

/** `R2.4`, `P1.7–8`; `contract R2` without a rule. */
function* brokenRules(line: string): Generator<string> {
	for (const [cited, section = '', first, last] of line.matchAll(/\b([RAP]\d{1,2})\.(\d{1,2})(?:[–-](\d{1,2})\b)?/g)) {
		const rules = CONTRACT.get(section)?.rules;
		if (![first, last].every((rule) => rule === undefined || rules?.has(Number(rule)))) yield cited;
	}
	for (const [cited, section = ''] of line.matchAll(/\b[Cc]ontract,? ([A-Z]\d+)\b/g)) {
		if (!CONTRACT.has(section)) yield cited;
	}
}

/** `decision 9`, `decisions 4, 5, 18`, `decisions 20–27`. */
function* brokenDecisions(line: string): Generator<string> {
	for (const [cited, numbers = ''] of line.matchAll(/\b[Dd]ecisions? (\d+(?:(?:, | and |–|-)\d+)*)/g)) {
		if (!(numbers.match(/\d+/g) ?? []).every((number) => DECISIONS.has(Number(number)))) yield cited;
	}
}

/** `docs/platform-facts/railway.md §1.4`, `railway.md §6`, `facts §2 "Circuit breaker", §5`: up to the end of the brackets. */
function* brokenFacts(line: string, home: Platform | undefined): Generator<string> {
	for (const [cited, page, rest = ''] of line.matchAll(/\b(?:(railway|aws)\.md|facts)\b[:,]? (§[^)\]|]*)/g)) {
		const sections = FACTS[(page as Platform | undefined) ?? home ?? 'railway'];
		const known = page !== undefined || home !== undefined;
		for (const [, section = '', quoted] of rest.matchAll(/(?<!RFC \d+ )§(\d+(?:\.\d+)?)(?: "([^"]+)")?/g)) {
			const there = sections.get(section);
			if (!known || there === undefined || (quoted && !there.toLowerCase().includes(quoted.toLowerCase())))
				yield cited.trim();
		}
	}
}

function sectionsOf(page: string): Map<string, string> {
	const text = readFileSync(join(ROOT, page), 'utf8');
	const sections = new Map<string, string>();
	for (const part of text.split(/^#{2,3} (?=\d)/m).slice(1)) {
		const number = /^\d+(?:\.\d+)?/.exec(part)?.[0] ?? '';
		sections.set(number, part);
		if (number === '0') for (const [point, at] of part.matchAll(/^(\d+)\. .*$/gm)) sections.set(`0.${at}`, point);
	}
	return sections;
}
