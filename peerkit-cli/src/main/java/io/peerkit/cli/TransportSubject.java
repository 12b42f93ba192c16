// SPDX-License-Identifier: Apache-2.0
package io.peerkit.cli;

import java.io.IOException;

/** One implementation of libp2p between processes of this machine, to be measured. One measurement at a time. */
interface TransportSubject extends AutoCloseable {
    /** Bytes of one message in {@link #messagesPerSecond}. */
    int MESSAGE_BYTES = 1_024;

    /**
     * Sends over one stream of a standing connection, until the receiver has answered that it read the end.
     *
     * @param megabytes of 10^6 bytes
     * @return MB/s
     */
    double megabytesPerSecond(int megabytes) throws IOException;

    /**
     * Sends messages of {@link #MESSAGE_BYTES} over one stream of a standing connection, each in a write of its own, until
     * the receiver has answered that it read the end.
     *
     * @param count how many
     * @return messages a second
     */
    double messagesPerSecond(int count) throws IOException;

    /**
     * Dials until the first byte has come back on a stream of an application protocol, then disconnects.
     *
     * @param count how many times, one after the other
     * @return milliseconds of each
     */
    double[] dialMillis(int count) throws IOException;

    /**
     * Sends 32 bytes back and forth on a standing stream.
     *
     * @param count how many times, one after the other
     * @param underLoad while another stream of the connection sends as much as it can
     * @return milliseconds of each
     */
    double[] echoMillis(int count, boolean underLoad) throws IOException;

    @Override
    void close() throws IOException;
}
