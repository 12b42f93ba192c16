// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.io.IOException;
import java.io.Reader;
import java.util.Optional;

/** Reads lines up to a length; what is longer is cut, which the reader of the line will notice. */
final class BoundedLines {
    private final Reader reader;
    private final int maxLength;

    BoundedLines(Reader reader, int maxLength) {
        this.reader = reader;
        this.maxLength = maxLength;
    }

    Optional<String> next() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = reader.read(); next >= 0; next = reader.read()) {
            if (next == '\n') {
                return Optional.of(line.toString());
            }
            if (line.length() < maxLength) {
                line.append((char) next);
            }
        }
        return line.isEmpty() ? Optional.empty() : Optional.of(line.toString());
    }
}
