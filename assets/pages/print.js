// A button of the class print-page prints the page.
document.addEventListener("click", (event) => { if (event.target.closest(".print-page")) window.print(); });
