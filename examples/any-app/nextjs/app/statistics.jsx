export default function Statistics({ notes }) {
	return <output>{`${notes.length} notes, ${notes.join('').length} letters`}</output>;
}
