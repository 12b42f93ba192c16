// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import io.netty.buffer.ByteBuf;
import io.peerkit.api.InvalidBytesException;

/**
 * Puts TLS records together from bytes that arrive in pieces of any size.
 *
 * <p>A record is gathered at the start of a heap array, header and all: that is the one copy from the socket's buffer, and
 * the JDK decrypts from there without a copy of its own. Not safe for use by many threads.
 */
final class TlsRecordReader {
    /** The least array that is made, in bytes. */
    private static final int MIN_ARRAY_BYTES = 2_048;

    private static final byte[] EMPTY = {};

    private byte[] record = EMPTY;
    private int gathered;

    /** The length of the record with its header, known once that is there. */
    private int length = TlsRecord.HEADER_BYTES;

    /**
     * Takes what belongs to the next record.
     *
     * @param in read from, to the end of the record at most
     * @return whether the record is complete; {@link #take} it before the next call
     * @throws InvalidBytesException when its header is that of no TLS record or states a longer length than may be
     */
    boolean next(ByteBuf in) {
        if (gathered < TlsRecord.HEADER_BYTES) {
            if (record.length == 0) {
                record = new byte[MIN_ARRAY_BYTES];
            }
            gather(in);
            if (gathered < TlsRecord.HEADER_BYTES) {
                return false;
            }
            readHeader();
        }
        gather(in);
        return gathered == length;
    }

    private void gather(ByteBuf in) {
        int part = Math.min(length - gathered, in.readableBytes());
        in.readBytes(record, gathered, part);
        gathered += part;
    }

    private void readHeader() {
        int type = record[0] & 0xff;
        int version = record[1] & 0xff;
        int fragment = (record[3] & 0xff) << Byte.SIZE | (record[4] & 0xff);
        if (type < TlsRecord.CHANGE_CIPHER_SPEC
                || type > TlsRecord.APPLICATION_DATA
                || version != TlsRecord.VERSION >>> Byte.SIZE) {
            throw new InvalidBytesException("tls record of type " + type + " and version " + version + ", must be "
                    + TlsRecord.CHANGE_CIPHER_SPEC + " to " + TlsRecord.APPLICATION_DATA + " and "
                    + (TlsRecord.VERSION >>> Byte.SIZE));
        }
        if (fragment > TlsRecord.MAX_FRAGMENT_BYTES) {
            throw new InvalidBytesException(
                    "tls record of " + fragment + " bytes, at most " + TlsRecord.MAX_FRAGMENT_BYTES);
        }
        length = TlsRecord.HEADER_BYTES + fragment;
        if (record.length < length) {
            byte[] larger = new byte
                    [Math.min(
                            Integer.highestOneBit(length) << 1, TlsRecord.HEADER_BYTES + TlsRecord.MAX_FRAGMENT_BYTES)];
            System.arraycopy(record, 0, larger, 0, TlsRecord.HEADER_BYTES);
            record = larger;
        }
    }

    /** Holds the complete record from its start, until the next one comes. */
    byte[] record() {
        return record;
    }

    /**
     * Takes the complete record.
     *
     * @return its length, header and all
     */
    int take() {
        int taken = length;
        gathered = 0;
        length = TlsRecord.HEADER_BYTES;
        return taken;
    }

    /** Gives the array back when no record is under way; for connections that have gone quiet. */
    void trim() {
        if (gathered == 0) {
            record = EMPTY;
        }
    }
}
