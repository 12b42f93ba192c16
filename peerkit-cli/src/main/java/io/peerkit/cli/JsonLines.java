// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes one JSON object a line. Safe for use by any thread. */
final class JsonLines {
    static final ObjectMapper JSON = new ObjectMapper();

    private final OutputStream out;

    /** Guarded by {@link #out}. */
    private boolean closed;

    JsonLines(OutputStream out) {
        this.out = out;
    }

    static JsonLines toStandardOutput() {
        return new JsonLines(new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 65_536));
    }

    static ObjectNode event(String name) {
        return JSON.createObjectNode().put("event", name);
    }

    void write(ObjectNode object) {
        byte[] line = line(object);
        synchronized (out) {
            try {
                out.write(line);
                out.flush();
            } catch (IOException e) {
                // Whoever read our output has gone; the node itself goes on until it is told to end.
                if (!closed) {
                    closed = true;
                    System.err.println("peerkit: standard output is closed: " + e.getMessage());
                }
            }
        }
    }

    private static byte[] line(ObjectNode object) {
        try {
            return (JSON.writeValueAsString(object) + "\n").getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of values is always JSON", e);
        }
    }
}
