"""What is shown: view state, figures, the comparison picture, pages and exports."""
