/** One command of a RUN, as it would be typed. */
export interface RunCommand {
	readonly text: string;
	/** Its words, quotes taken off; assignments in front of it are left out. */
	readonly words: readonly string[];
	readonly assigned: Readonly<Record<string, string>>;
	/** The subshells around it, outermost first: a `cd` ends with its own. */
	readonly shells: readonly number[];
}

/** `null` stands for what cannot be followed without a shell: a loop, or a condition about the image. */
export type Followed = RunCommand | { readonly opaque: string };

interface Branch {
	/** `undefined`: not known without the image. */
	holds: boolean | undefined;
	taken: boolean;
	inCondition: boolean;
	readonly parent: boolean;
}

/** The commands that a RUN comes to, in order. `exists` answers `[ -f lock ]`, by which many Dockerfiles choose a tool. */
export function* runCommands(script: string, exists: (path: string) => boolean): Generator<Followed> {
	const branches: Branch[] = [];
	let loops = 0;
	const active = () => branches.every((branch) => branch.parent && branch.holds === true && !branch.inCondition);
	for (const segment of segments(script)) {
		let { text } = segment;
		for (let keyword = firstWord(text); KEYWORDS.has(keyword); keyword = firstWord(text)) {
			const branch = branches.at(-1);
			text = text.slice(keyword.length).trimStart();
			if (keyword === 'fi') branches.pop();
			else if (['for', 'while', 'until', 'case'].includes(keyword)) {
				if (loops++ === 0) yield { opaque: segment.text };
			} else if (keyword === 'done' || keyword === 'esac') loops = Math.max(0, loops - 1);
			else if (keyword === 'if') {
				branches.push({ holds: condition(text, exists), taken: false, inCondition: true, parent: active() });
				text = '';
			} else if (branch && keyword === 'then') {
				branch.inCondition = false;
				branch.taken ||= branch.holds === true;
				if (branch.holds === undefined && branch.parent) yield { opaque: segment.text };
			} else if (branch && keyword === 'elif') {
				branch.holds = branch.taken ? false : condition(text, exists);
				branch.inCondition = true;
				text = '';
			} else if (branch && keyword === 'else' && branch.holds !== undefined) branch.holds = !branch.taken;
		}
		// A condition of several parts is not followed.
		if (text !== '' && branches.at(-1)?.inCondition) branches.at(-1)!.holds = undefined;
		if (text === '' || loops > 0 || !active()) continue;
		const all = shellWords(text);
		const first = all.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
		const words = first < 0 ? [] : all.slice(first);
		const assigned = Object.fromEntries(
			(first < 0 ? all : all.slice(0, first)).map((word) => [
				word.slice(0, word.indexOf('=')),
				word.slice(word.indexOf('=') + 1),
			]),
		);
		yield { text, words, assigned, shells: segment.shells };
	}
}

const KEYWORDS = new Set([
	'if',
	'then',
	'elif',
	'else',
	'fi',
	'for',
	'while',
	'until',
	'case',
	'do',
	'done',
	'esac',
	'!',
]);
const firstWord = (text: string): string => /^[^\s;]+/.exec(text)?.[0] ?? '';

function condition(text: string, exists: (path: string) => boolean): boolean | undefined {
	const words = shellWords(text.replace(/^\[\s|\s\]$/g, ' ').replace(/^test\s/, ''));
	const not = words[0] === '!';
	const [flag, path, ...more] = not ? words.slice(1) : words;
	if ((flag !== '-f' && flag !== '-e' && flag !== '-d') || path === undefined || more.length > 0) return undefined;
	return exists(path) !== not;
}

/** Cut at `&&`, `;`, line ends and brackets outside quotes; `||` and `|` stay within a command. */
function segments(script: string): { text: string; shells: readonly number[] }[] {
	const found: { text: string; shells: readonly number[] }[] = [];
	let text = '';
	let shells: readonly number[] = [];
	let opened = 0;
	let quote = '';
	let inner = 0;
	const cut = () => {
		if (text.trim() !== '') found.push({ text: text.trim(), shells });
		text = '';
	};
	for (let at = 0; at < script.length; at++) {
		const char = script[at]!;
		if (char === '\\' && quote !== "'") {
			const next = script[++at] ?? '';
			text += next === '\n' ? ' ' : char + next;
		} else if (quote !== '') {
			text += char;
			if (char === quote) quote = '';
		} else if (char === '"' || char === "'" || char === '`') {
			text += char;
			quote = char;
		} else if ((char === '(' && /[$<>=]$/.test(text)) || (char === '(' && inner > 0)) {
			inner++;
			text += char;
		} else if (char === ')' && inner > 0) {
			inner--;
			text += char;
		} else if (inner > 0) text += char;
		else if (char === '#' && /(^|\s)$/.test(text)) while (at + 1 < script.length && script[at + 1] !== '\n') at++;
		else if (char === '(' || char === ')') {
			cut();
			shells = char === '(' ? [...shells, opened++] : shells.slice(0, -1);
		} else if (char === ';' || char === '\n' || (char === '&' && script[at + 1] === '&')) {
			cut();
			if (char === '&') at++;
		} else text += char;
	}
	cut();
	return found.filter((segment) => segment.text !== '{' && segment.text !== '}');
}

function shellWords(text: string): string[] {
	return [...text.matchAll(/(?:\\.|'[^']*'|"(?:\\.|[^"\\])*"|[^\s\\'"])+/g)].map(([word]) =>
		word.replace(/'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/g, (_all, single, double, bare) => single ?? double ?? bare),
	);
}
