// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import java.io.IOException;
import java.util.Vector;
import org.bouncycastle.tls.AbstractTlsServer;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.ProtocolName;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsUtils;

/** Tells Bouncy Castle's server what to take. It gives no tickets and resumes no session. */
@SuppressWarnings("JdkObsolete") // the library takes vectors
final class Server extends AbstractTlsServer {
    private final TlsParty party;

    Server(TlsParty party) {
        super(party.crypto());
        this.party = party;
    }

    TlsContext context() {
        return context;
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
        return TlsParty.versions();
    }

    @Override
    protected int[] getSupportedCipherSuites() {
        return TlsParty.cipherSuites();
    }

    @Override
    protected boolean preferLocalCipherSuites() {
        return true;
    }

    @Override
    public int[] getSupportedGroups() {
        return TlsParty.groups();
    }

    @Override
    protected Vector<ProtocolName> getProtocolNames() {
        return party.protocolNames();
    }

    @Override
    public int getMaxHandshakeMessageSize() {
        return TlsParty.MAX_MESSAGE_BYTES;
    }

    @Override
    public TlsCredentials getCredentials() throws IOException {
        return party.credentials(context, TlsUtils.EMPTY_BYTES);
    }

    @Override
    public CertificateRequest getCertificateRequest() throws IOException {
        return new CertificateRequest(
                TlsUtils.EMPTY_BYTES, TlsUtils.getDefaultSupportedSignatureAlgorithms(context), null, null);
    }

    @Override
    public void notifyClientCertificate(Certificate shown) throws IOException {
        if (shown.isEmpty()) {
            throw new TlsFatalAlert(AlertDescription.certificate_required);
        }
        party.judge(shown);
    }
}
