// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a Dockerfile has them.

/** Small Dockerfiles of everything that is hard to read in one; the same ones each time. */
export function randomDockerfiles(
	count: number,
	seed = 1,
): { name: string; text: string; args: Record<string, string> }[] {
	let state = seed;
	const below = (n: number) => {
		state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
		return (state >> 8) % n;
	};
	const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;
	const word = (longest: number) => Array.from({ length: 1 + below(longest) }, () => pick(ATOMS)).join('');
	const name = () => pick(['A', 'B', 'C', 'D', 'a_b', 'E1']);
	const lines: (() => string)[] = [
		() => `ENV ${name()}=${word(5)}`,
		() => `ENV ${name()} ${word(5)}`,
		() => `ENV ${name()}=${word(3)} ${name()}=${word(3)}`,
		() => `ARG ${name()}`,
		() => `ARG ${name()}=${word(4)}`,
		() => `ARG ${name()}=${word(2)} ${name()}`,
		() => `CMD ${pick([...COMMANDS, `node x.js ${word(3)}`])}`,
		() => `ENTRYPOINT ${pick(['["a","b"]', '[]', 'exec node "$@"', `x ${word(2)}`])}`,
		() => `FROM ${pick(['x', 'base', '1', '0', '${B:-x}'])}${pick(['', '', ' AS base', ' as Two'])}`,
		() => `WORKDIR ${pick(['/a', 'b', '/a/$A', '..', '"/c d"', '$B/x'])}`,
		() => `RUN ${pick(RUNS)}`,
		() => pick(OTHERS),
	];
	return Array.from({ length: count }, (_, i) => {
		const body = Array.from({ length: 1 + below(5) }, () => pick(lines)()).join('\n');
		const text = `${pick(HEADS)}FROM x${pick(['', ' AS base'])}\n${pick(['ENV A=hello\n', 'ARG A\n', ''])}${body}${pick(['\n', ''])}`;
		return {
			name: `random ${i}`,
			text: below(10) === 0 ? text.replaceAll('\n', '\r\n') : text,
			args: { ...pick<Record<string, string>>([{}, {}, { A: 'given' }, { B: 'b b' }]) },
		};
	});
}

const ATOMS = [
	...[
		'a',
		'B',
		' ',
		'\t',
		'"',
		"'",
		'\\',
		'$',
		'=',
		'#',
		'1',
		'<',
		'<<',
		'/',
		':',
		'.',
		'{',
		'}',
		'é',
		'`',
		'[',
		']',
		',',
	],
	...['${A}', '$A', '${B:-x y}', '${A:+z}', '${C-d}', '${C:?no}', '$1', '\\$A', "'$A'", '"$A"', '"a b"', '"\\n"'],
	...['${A%l*}', '${A#h}', '${A##*l}', '${A%%l*}', '${A/l/L}', '${A//l/L}'],
	...['\\"', "\\'", '\\ ', '\\\n', '\\\n# comment\n', '\\\n\n'],
];
const COMMANDS = ['["a","b c"]', '[]', '["a",', "['a']", '[ "x" ] ', '', '["\\u0041"]', '["a"] b'];
const RUNS = [
	...['true', 'cat <<EOF\nCMD no\nEOF', 'cat <<-"E O"\n\tENV no=1\n\tE O', 'bash -c \'cat <<<"abc"\'', 'echo "<<EOF"'],
	...[
		"cat <<'EOF' > x\n$A\nEOF",
		'a << EOF\nb\nEOF',
		'a <<EOF b <<B\n1\nEOF\n2\nB',
		'echo $((1<<2))',
		'x <<EOF\nnever',
	],
];
const OTHERS = [
	...[
		'# comment',
		'',
		'LABEL a=b',
		'HEALTHCHECK CMD x',
		'env A=low',
		'USER node',
		'  ENV B=2',
		'COPY . .',
		'EXPOSE 80',
	],
	...['   # x', 'SHELL ["/bin/bash","-c"]'],
];
const HEADS = [
	...['', '', '', '# escape=`\n', '# syntax=docker/dockerfile:1\n', '\uFEFF', '# x\n# escape=`\n'],
	...['ARG A=global\n', 'ARG A=g B=$A\n'],
];
