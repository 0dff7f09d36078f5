@echo off
rem Cai dat reformcli, khong dung mang / installs reformcli, without a network.
rem Only ASCII here: the messages with Vietnamese letters come from cai-dat.py.
setlocal
cd /d "%~dp0"
chcp 65001 >nul
set run=py -@PYTHON@
%run% -c "" >nul 2>nul
if not errorlevel 1 goto found
set run=python
%run% -c "import sys; sys.exit('@PYTHON@' not in sys.version[:5])" >nul 2>nul
if errorlevel 1 goto nopython
:found
%run% cai-dat.py %*
set result=%errorlevel%
goto end
:nopython
echo Can Python @PYTHON@ (64-bit). Cai Python roi chay lai tep nay.
echo Python @PYTHON@ (64-bit) is needed. Install it and run this file again.
set result=1
:end
if "%~1"=="" pause
exit /b %result%
