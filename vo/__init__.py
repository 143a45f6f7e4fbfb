"""The archive as a service of the Virtual Observatory (IVOA): TAP with EPN-TAP and ObsCore, and DataLink."""
