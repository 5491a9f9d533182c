import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Comment, parseSync } from 'oxc-parser';
import { ROOT } from './source-files.ts';

/** What a command prints with `--json`: the type that it returns. */
interface Document {
	readonly commands: readonly string[];
	readonly file: string;
	readonly type: string;
}

const document = (file: string, type: string, ...commands: string[]): Document => ({ commands, file, type });

export const DOCUMENTS: readonly Document[] = [
	document('packages/pulse-railway/src/plan/stack-report.ts', 'StackReport', 'pulse-railway status'),
	document('packages/pulse-aws/src/plan/fleet-report.ts', 'FleetReport', 'pulse-aws status'),
	document('packages/deploy-kit/src/history/line.ts', 'HistoryReport', 'pulse-railway history', 'pulse-aws history'),
	document(
		'packages/pulse-railway/src/commands/leave.ts',
		'LeaveResult',
		'pulse-railway recall',
		'pulse-railway drain',
	),
	document('packages/pulse-aws/src/commands/leave.ts', 'LeaveResult', 'pulse-aws recall', 'pulse-aws drain'),
	document(
		'packages/pulse-railway/src/commands/promote.ts',
		'PromoteResult',
		'pulse-railway rollback',
		'pulse-railway promote',
	),
	document('packages/pulse-aws/src/commands/rollback.ts', 'RollbackResult', 'pulse-aws rollback'),
	document('packages/pulse-railway/src/commands/deploy-result.ts', 'DeployResult', 'pulse-railway deploy'),
	document('packages/pulse-aws/src/commands/deploy-result.ts', 'DeployResult', 'pulse-aws deploy'),
	document('packages/pulse-aws/src/commands/ensure.ts', 'EnsureResult', 'pulse-aws ensure'),
	document('packages/pulse-railway/src/commands/whoami.ts', 'WhoamiReport', 'pulse-railway whoami'),
	document('packages/pulse-aws/src/commands/whoami.ts', 'WhoamiReport', 'pulse-aws whoami'),
	document('packages/deploy-kit/src/lock-report.ts', 'LockReport', 'pulse-railway lock', 'pulse-aws lock'),
];

// biome-ignore lint/suspicious/noExplicitAny: the parser's tree has a type for each of hundreds of nodes
type Node = any;

interface Module {
	readonly path: string;
	readonly text: string;
	readonly comments: readonly Comment[];
	readonly body: readonly Node[];
}

interface Row {
	readonly key: string;
	readonly type: string;
	readonly says: string;
}

const modules = new Map<string, Module>();

function moduleAt(path: string): Module {
	const known = modules.get(path);
	if (known !== undefined) return known;
	const text = readFileSync(path, 'utf8');
	const { program, comments } = parseSync(path, text);
	const read = { path, text, comments, body: program.body as readonly Node[] };
	modules.set(path, read);
	return read;
}

/** Of a name, where it is declared or imported. */
function declarationOf(name: string, module: Module): { readonly node: Node; readonly module: Module } | null {
	for (const statement of module.body) {
		const node = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
		if (node?.id?.name === name && /^TS(Interface|TypeAlias)Declaration$/.test(node.type)) return { node, module };
		const imported = statement.type === 'ImportDeclaration' ? statement.specifiers : [];
		const found = imported.find((one: Node) => one.local.name === name);
		const path = found === undefined ? null : sourceOf(module.path, statement.source.value);
		if (path !== null) return declarationOf(found.imported?.name ?? name, moduleAt(path));
	}
	return null;
}

function sourceOf(from: string, specifier: string): string | null {
	if (specifier.startsWith('.')) return resolve(dirname(from), specifier);
	const [, kit] = /^pulse-deploy-kit\/(.+)$/.exec(specifier) ?? [];
	return kit === undefined ? null : join(ROOT, `packages/deploy-kit/src/${kit}.ts`);
}

/** The keys of a type, each with what is said of it; `[]` stands for each of a list. */
function rowsOf(type: Node, module: Module, prefix: string): readonly Row[] {
	switch (type?.type) {
		case 'TSInterfaceDeclaration': {
			const own = type.body.body.flatMap((member: Node) => rowsOfMember(member, module, prefix));
			const above = (type.extends ?? []).flatMap(({ expression }: Node) => rowsOfName(expression.name, module, prefix));
			return [...above, ...own];
		}
		case 'TSTypeAliasDeclaration':
			return rowsOf(type.typeAnnotation, module, prefix);
		case 'TSTypeLiteral':
			return type.members.flatMap((member: Node) => rowsOfMember(member, module, prefix));
		case 'TSTypeReference':
			return rowsOfName(type.typeName.name, module, prefix);
		case 'TSArrayType':
			return rowsOf(type.elementType, module, `${prefix}[]`);
		case 'TSTypeOperator':
		case 'TSParenthesizedType':
			return rowsOf(type.typeAnnotation, module, prefix);
		case 'TSUnionType':
		case 'TSIntersectionType':
			return type.types.flatMap((one: Node) => rowsOf(one, module, prefix));
		default:
			return [];
	}
}

function rowsOfName(name: string, module: Module, prefix: string): readonly Row[] {
	const found = declarationOf(name, module);
	return found === null ? [] : rowsOf(found.node, found.module, prefix);
}

function rowsOfMember(member: Node, module: Module, prefix: string): readonly Row[] {
	const type = member.typeAnnotation?.typeAnnotation;
	const key = `${prefix === '' ? '' : `${prefix}.`}${member.key.name ?? member.key.value}`;
	const below = rowsOf(type, module, key);
	return [{ key, type: typeText(type, module, member.optional), says: commentOf(member, module) }, ...below];
}

/** As it is written, but for objects, whose keys follow. */
function typeText(type: Node, module: Module, optional: boolean): string {
	const written = module.text.slice(type.start, type.end);
	const short = written
		.replace(/\{[\s\S]*\}/, 'object')
		.replaceAll(/\breadonly /g, '')
		.replaceAll(/\s+/g, ' ')
		.trim();
	return `${short}${optional ? ', may be absent' : ''}`;
}

/** The doc comment before it, as one line. */
function commentOf({ start }: Node, { comments, text }: Module): string {
	const before = comments.find(
		({ type, value, end }) =>
			type === 'Block' && value.startsWith('*') && end <= start && text.slice(end, start).trim() === '',
	);
	return (before?.value ?? '')
		.replaceAll(/^\s*\*+/gm, ' ')
		.replaceAll(/\{@link (\S+)\}/g, '`$1`')
		.replaceAll(/\s+/g, ' ')
		.trim();
}

const cell = (text: string) => text.replaceAll('|', '\\|');

function renderDocument({ commands, file, type }: Document): string {
	const found = declarationOf(type, moduleAt(join(ROOT, file)));
	if (found === null) throw new Error(`${file} has no type ${type}`);
	const rows = rowsOf(found.node, found.module, '');
	const lines = rows.map(({ key, type, says }) => `| \`${key}\` | \`${cell(type)}\` | ${cell(says)} |`);
	const title = commands.map((command) => `\`${command}\``).join(', ');
	return [`## ${title}`, '', '| key | type | |', '| --- | --- | --- |', ...lines].join('\n');
}

/** `docs/json.md`, made of the types that the commands return. */
export function renderJsonPage(): string {
	return `${[
		'# What `--json` prints',
		'Every command has `--json`: one document on stdout, with sorted keys, and everything else on stderr. A command that fails prints `{"error":{"code","message","fault","detail","next"}}` and ends with an exit code other than 0. New keys may come; one that goes or means something else is in the changelog, under **scripts**. `[]` stands for each entry of a list. With `--dry-run` a command that changes something prints `{"dry_run":true,"plan":…}`, whose `notes` or `facts` name cost and people.',
		'This page is made of the types of the commands by `npm run docs`.',
		...DOCUMENTS.map(renderDocument),
	].join('\n\n')}\n`;
}
