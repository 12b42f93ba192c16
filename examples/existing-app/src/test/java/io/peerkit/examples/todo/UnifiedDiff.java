// SPDX-License-Identifier: Apache-2.0
package io.peerkit.examples.todo;

import java.util.ArrayList;
import java.util.List;

/** The difference of two texts as {@code diff -u} prints it, without names of files and positions. */
final class UnifiedDiff {
    private static final int CONTEXT_LINES = 3;

    private UnifiedDiff() {}

    static String of(String before, String after) {
        List<String> marked = marked(before.lines().toList(), after.lines().toList());
        StringBuilder text = new StringBuilder();
        int shown = -1;
        for (int i = 0; i < marked.size(); i++) {
            if (isNearChange(marked, i)) {
                if (shown != i - 1) {
                    text.append("@@\n");
                }
                text.append(marked.get(i).stripTrailing()).append('\n');
                shown = i;
            }
        }
        return text.toString();
    }

    private static boolean isNearChange(List<String> marked, int at) {
        int to = Math.min(marked.size(), at + CONTEXT_LINES + 1);
        return marked.subList(Math.max(0, at - CONTEXT_LINES), to).stream().anyMatch(line -> !line.startsWith(" "));
    }

    /** All lines in order, with what became of each in its first character. */
    private static List<String> marked(List<String> before, List<String> after) {
        int[][] common = new int[before.size() + 1][after.size() + 1];
        for (int i = before.size() - 1; i >= 0; i--) {
            for (int j = after.size() - 1; j >= 0; j--) {
                common[i][j] = before.get(i).equals(after.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        List<String> lines = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < before.size() || j < after.size()) {
            if (i < before.size() && j < after.size() && before.get(i).equals(after.get(j))) {
                lines.add(" " + before.get(i++));
                j++;
            } else if (i < before.size() && (j == after.size() || common[i + 1][j] >= common[i][j + 1])) {
                lines.add("-" + before.get(i++));
            } else {
                lines.add("+" + after.get(j++));
            }
        }
        return lines;
    }
}
