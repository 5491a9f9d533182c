export const statistics = (said) => `${__VERSION__}: ${said.length} lines, ${said.join('').length} letters`;
