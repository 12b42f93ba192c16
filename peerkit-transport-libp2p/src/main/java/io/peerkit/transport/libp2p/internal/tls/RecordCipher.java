// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import io.peerkit.api.ClosedException;
import io.peerkit.api.InvalidBytesException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts or decrypts the records of one direction, in order.
 *
 * <pre>{@code
 *   record = 23 | 03 03 | length | AEAD(content | its type | zeros, none of ours), tag
 *   nonce  = iv XOR number of the record since the last key; associated data = the five bytes before
 * }</pre>
 *
 * <p>Not safe for use by many threads. After a failure nothing more is encrypted or decrypted.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8446#section-5.2">RFC 8446, sections 5.2 and 5.3</a>
 */
final class RecordCipher {
    static final int NONCE_BYTES = 12;

    private final Cipher cipher;
    private TrafficSecret secret;
    private SecretKeySpec key;
    private byte[] iv;
    private long records;
    private boolean failed;

    RecordCipher(TrafficSecret secret) {
        this.secret = secret;
        key = key(secret);
        iv = secret.iv();
        try {
            cipher = Cipher.getInstance(secret.suite().transformation());
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK since 11 has " + secret.suite().transformation(), e);
        }
    }

    private static SecretKeySpec key(TrafficSecret secret) {
        return new SecretKeySpec(secret.key(), secret.suite().keyAlgorithm());
    }

    /** Goes on with the next key. */
    void update() {
        secret = secret.next();
        key = key(secret);
        iv = secret.iv();
        records = 0;
    }

    /** How many records the present key has seen. */
    long records() {
        return records;
    }

    /**
     * Encrypts one record.
     *
     * @param inner the content and behind it its type
     * @param offset where the content starts
     * @param length of content and type, 1 to 16,385 bytes
     * @param out receives the record from its start
     * @return the length of the record
     */
    int seal(byte[] inner, int offset, int length, byte[] out) {
        int fragment = length + TlsRecord.TAG_BYTES;
        ByteBuffer.wrap(out)
                .put((byte) TlsRecord.APPLICATION_DATA)
                .putShort((short) TlsRecord.VERSION)
                .putShort((short) fragment);
        process(Cipher.ENCRYPT_MODE, out, inner, offset, length, out, TlsRecord.HEADER_BYTES);
        return TlsRecord.HEADER_BYTES + fragment;
    }

    /**
     * Decrypts one record.
     *
     * @param record holds the record from its start
     * @param length of the record, which is longer than its header and tag
     * @param out receives the content, its type and padding
     * @return the count of these
     * @throws InvalidBytesException when the record is not authentic
     */
    int open(byte[] record, int length, byte[] out) {
        int fragment = length - TlsRecord.HEADER_BYTES;
        return process(Cipher.DECRYPT_MODE, record, record, TlsRecord.HEADER_BYTES, fragment, out, 0);
    }

    private int process(int mode, byte[] header, byte[] in, int offset, int length, byte[] out, int outOffset) {
        if (failed) {
            throw new ClosedException("tls cipher failed before, the connection is closed");
        }
        try {
            cipher.init(mode, key, nonce());
            cipher.updateAAD(header, 0, TlsRecord.HEADER_BYTES);
            int written = cipher.doFinal(in, offset, length, out, outOffset);
            records++;
            return written;
        } catch (AEADBadTagException e) {
            failed = true;
            throw new InvalidBytesException("tls record of " + length + " bytes is not authentic", e);
        } catch (GeneralSecurityException e) {
            failed = true;
            throw new IllegalArgumentException("tls cipher refuses " + length + " bytes at " + offset, e);
        }
    }

    private AlgorithmParameterSpec nonce() {
        byte[] nonce = iv.clone();
        for (int i = 0; i < Long.BYTES; i++) {
            nonce[NONCE_BYTES - 1 - i] ^= (byte) (records >>> (i * Byte.SIZE));
        }
        return secret.suite().isGcm()
                ? new GCMParameterSpec(TlsRecord.TAG_BYTES * Byte.SIZE, nonce)
                : new IvParameterSpec(nonce);
    }
}
